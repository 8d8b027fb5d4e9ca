# frozen_string_literal: true

module Lambent
  # What a handler name such as `file.method` or `file.Class.method` means.
  class Handler
    FORM = 'FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds with an existing Ruby source file ' \
           'FILENAME.rb, CLASS is an optional module/class namespace and METHOD is a callable method. ' \
           'If using CLASS, METHOD must be a class-level method.'

    # Loads the file the name starts with.
    def initialize(name)
      parts = name.split('.')
      raise ArgumentError, "Invalid handler #{name}, must be of form #{FORM}" unless [2, 3].include?(parts.size)

      file, *@owner, @method = parts
      require file
    end

    def call(event, context)
      owner = @owner.empty? ? TOPLEVEL_BINDING.receiver : Object.const_get(@owner.first)
      owner.send(@method, event: event, context: context)
    end
  end
end
