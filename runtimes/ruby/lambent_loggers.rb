# frozen_string_literal: true

require 'logger'
require_relative 'lambent_errors'
require_relative 'lambent_json_logs'

module Lambent
  # Loggers of the function's output: each call of theirs is one event of its log, and names the request. Its id is where
  # AWS's own client has it, and other code finds it: in $_global_aws_request_id.
  module Loggers
    class << self
      attr_reader :sink, :defaults

      def install(channel)
        @sink = Sink.new(channel)
        @defaults = JsonLogs.wanted? ? { level: JsonLogs.level, formatter: JsonLogs } : { formatter: LineFormatter.new }
        Logger.prepend(ToOutput)
      end

      def output?(device)
        [STDOUT, STDERR, $stdout, $stderr].include?(device)
      end
    end

    # What its own code does not say is as on AWS.
    module ToOutput
      def initialize(device = nil, *rest, **options)
        return super unless Loggers.output?(device)

        super(Loggers.sink, *rest, **Loggers.defaults.merge(options.compact))
      end
    end

    # What a forked child logs goes the usual way.
    class Sink
      def initialize(channel)
        @channel = channel
      end

      def write(text)
        return STDOUT.write(text) unless @channel.ours?

        @channel.send_logs([text.to_s.chomp])
      end

      def close; end
    end

    # Ruby's own line, with the request's id behind the severity.
    class LineFormatter < Logger::Formatter
      LINE = '%<letter>s, [%<time>s #%<process>d] %<severity>5s %<request_id>s -- %<progname>s: %<message>s'

      def call(severity, time, progname, message)
        line = format(LINE, letter: severity[0], time: format_datetime(time).strip, process: Process.pid,
                            severity: severity, request_id: $_global_aws_request_id,
                            progname: Errors.readable(progname.to_s), message: Errors.readable(msg2str(message)))
        "#{line}\n"
      end
    end
  end
end
