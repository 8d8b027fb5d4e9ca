# frozen_string_literal: true

module Lambent
  # Errors as callers and logs see them.
  module Errors
    HERE = "#{__dir__}/"
    # In characters, so that it fits a frame whatever they encode to.
    LARGEST_MESSAGE_LENGTH = 64 * 1024

    # The error's JSON; frames of the runtime itself are left out.
    # @param source `Function` or `Init`
    def self.describe(error, source)
      trace = (error.backtrace || []).take_while { |frame| !frame.start_with?(HERE) }
      JSON.generate(
        errorMessage: readable(error.message)[0, LARGEST_MESSAGE_LENGTH],
        errorType: "#{source}<#{error.class.name}>",
        stackTrace: trace.first(200).map { |frame| readable(frame) }
      )
    end

    def self.readable(text)
      text.dup.force_encoding(Encoding::UTF_8).scrub
    end
  end
end
