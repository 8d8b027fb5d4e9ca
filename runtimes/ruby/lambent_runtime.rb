# frozen_string_literal: true

require 'json'
require 'monitor'
require_relative 'lambent_channel'
require_relative 'lambent_context'
require_relative 'lambent_errors'
require_relative 'lambent_handler'
require_relative 'lambent_json_logs'
require_relative 'lambent_loggers'
require_relative 'lambent_streams'

module Lambent
  # Loads the handler, then answers each INVOKE frame with its outcome and NEXT.
  class Runtime
    # What AWS lets a function return: 6 MiB and 100 bytes.
    LARGEST_RESULT_BYTES = 6_291_556
    TOO_LARGE = JSON.generate(
      errorMessage: "Response payload size exceeded maximum allowed payload size (#{LARGEST_RESULT_BYTES} bytes).",
      errorType: 'Function.ResponseSizeTooLarge'
    ).freeze

    # As it is before the function's gems are there, some of which stop or move time.
    CLOCK = Process.method(:clock_gettime)
    private_constant :CLOCK

    def initialize(handler_name)
      @handler_name = handler_name
      @channel = Channel.new
      @passing = false
      @streams = [STDOUT, STDERR].map { |original| LineStream.new(@channel, original) }
      Puts.install(@channel, @streams.first)
      Warning.extend(Warnings)
      @logs_json = JsonLogs.wanted?
      Loggers.install(@channel)
      at_exit { end_lines if @channel.ours? }
    end

    def run
      handler = initialised
      end_lines
      @channel.send(Channel::NEXT, Channel::TAKES_AHEAD)
      loop do
        kind, body = @channel.read
        @channel.leave if kind == Channel::SHUTDOWN
        receive(handler, body) if kind == Channel::INVOKE
      end
    end

    private

    # @return the handler; the process ends where the function's code fails as it is loaded
    def initialised
      Handler.new(@handler_name)
    rescue Exception => e # rubocop:disable Lint/RescueException -- code that does not load raises no StandardError
      payload = Errors.describe(e, 'Init')
      report("Init error when loading handler #{@handler_name}", payload)
      @channel.send(Channel::INIT_ERROR, payload)
      exit!(1)
    end

    def receive(handler, body)
      event_start = 4 + body.unpack1('N')
      header = JSON.parse(body.byteslice(4...event_start).force_encoding(Encoding::UTF_8))
      if pass?(header)
        @channel.send(Channel::PASSED, header['ahead'].to_s)
      else
        answer(handler, header, body.byteslice(event_start..))
      end
    end

    # Somebody else may have an event that was to begin before now, and all that came ahead behind it.
    def pass?(header)
      @passing = header.key?('ahead') && (@passing || monotonic_ms >= header['beginBefore'])
    end

    def monotonic_ms
      CLOCK.call(Process::CLOCK_MONOTONIC, :float_millisecond)
    end

    def answer(handler, header, event)
      trace(header['traceId'])
      $_global_aws_request_id = header['requestId']
      kind, payload, fatal = outcome(handler, event, Context.new(header))
      kind, payload = [Channel::ERROR, TOO_LARGE] if payload.bytesize > LARGEST_RESULT_BYTES
      end_lines
      @channel.send_outcome(kind, header['requestId'], payload, asks_for_next: !fatal)
      exit!(1) if fatal
    end

    def trace(id)
      ENV['_X_AMZN_TRACE_ID'] = id.nil? || id.empty? ? nil : id
    end

    # @return the type and the body of the frame to answer with, and whether the process cannot go on
    def outcome(handler, event, context)
      result = handler.call(JSON.parse(event.force_encoding(Encoding::UTF_8)), context)
      [Channel::RESPONSE, serialised(result), false]
    rescue Exception => e # rubocop:disable Lint/RescueException -- AWS reports an `exit` of the function, too
      payload = Errors.describe(e, 'Function')
      report('Error raised from handler method', payload)
      [Channel::ERROR, payload, !e.is_a?(StandardError) && !e.is_a?(ScriptError)]
    end

    def serialised(result)
      result.respond_to?(:read) ? result.read.to_s : JSON.dump(result)
    end

    def report(message, payload)
      end_lines
      lines = [message, payload]
      lines = [JsonLogs.record('ERROR', Time.now, { message: }.merge(JSON.parse(payload)))] if @logs_json
      @channel.send_logs(lines)
    end

    # Sends what was printed without a line feed at its end, on either stream.
    def end_lines
      @streams.each(&:end_line)
    end
  end
end
