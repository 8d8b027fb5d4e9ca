# frozen_string_literal: true

module Lambent
  # Errors as callers and logs see them.
  module Errors
    HERE = "#{__dir__}/"
    # What AWS lets a function return: 6 MiB and 100 bytes.
    LARGEST_PAYLOAD_BYTES = 6_291_556
    # Of a larger one, in characters.
    KEPT_OF_MESSAGE = 64 * 1024

    # The error's JSON; frames of the runtime itself are left out.
    # @param source `Function` or `Init`
    def self.describe(error, source)
      trace = (error.backtrace || []).take_while { |frame| !frame.start_with?(HERE) }
      fields = {
        errorMessage: readable(error.message),
        errorType: "#{source}<#{error.class.name}>",
        stackTrace: trace.first(200).map { |frame| readable(frame) }
      }
      json = JSON.generate(fields)
      return json if json.bytesize <= LARGEST_PAYLOAD_BYTES

      JSON.generate(fields.merge(errorMessage: fields[:errorMessage][0, KEPT_OF_MESSAGE]))
    end

    def self.readable(text)
      text.dup.force_encoding(Encoding::UTF_8).scrub
    end
  end
end
