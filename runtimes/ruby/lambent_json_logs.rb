# frozen_string_literal: true

require 'json'
require_relative 'lambent_errors'

module Lambent
  # The JSON log format: what the standard Logger writes to the function's output. Ruby has it from 4.0 on; functions of
  # earlier runtimes write such records themselves.
  module JsonLogs
    FIRST_RELEASE = 4
    LEVELS = %w[DEBUG INFO WARN ERROR FATAL].freeze

    class << self
      def wanted?
        release = ENV.fetch('AWS_EXECUTION_ENV', '')[/ruby(\d+)/, 1].to_i
        release >= FIRST_RELEASE && ENV['AWS_LAMBDA_LOG_FORMAT'] == 'JSON'
      end

      def level
        name = ENV.fetch('AWS_LAMBDA_LOG_LEVEL', 'INFO')
        # Loggers know nothing below.
        name == 'TRACE' ? 'DEBUG' : name
      end

      # As a Logger calls its formatter.
      def call(severity, time, progname, message)
        name = Errors.readable(progname.to_s)
        fields = { message: text(message), logger: name.empty? ? nil : name }
        fields.update(error_fields(message)) if message.is_a?(Exception)
        "#{record(severity, time, fields)}\n"
      end

      # @return one line
      def record(severity, time, fields)
        timestamp = time.getutc.strftime('%Y-%m-%dT%H:%M:%S.%6NZ')
        level = LEVELS.include?(severity) ? severity : 'INFO'
        JSON.generate({ timestamp:, level: }.merge(fields).merge(requestId: $_global_aws_request_id).compact)
      end

      private

      def error_fields(error)
        described = JSON.parse(Errors.describe(error, 'Function'))
        described.merge('errorType' => error.class.name, 'location' => location(described['stackTrace'].first)).compact
      end

      # Where it was raised, as `file:method:line`.
      def location(frame)
        parts = frame&.match(/\A(?<file>.+):(?<line>\d+):in [`'](?<method>.+)'\z/)
        parts.nil? ? frame : "#{parts[:file]}:#{parts[:method]}:#{parts[:line]}"
      end

      def text(message)
        Errors.readable(message.is_a?(String) ? message : message_of(message))
      end

      def message_of(other)
        other.is_a?(Exception) ? other.message : other.inspect
      end
    end
  end
end
