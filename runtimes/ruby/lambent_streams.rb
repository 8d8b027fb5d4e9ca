# frozen_string_literal: true

module Lambent
  # What `warn` prints, which Ruby would write past its own stream.
  module Warnings
    def warn(message, category: nil)
      $stderr.write(message)
    end
  end

  # Plain `puts`, of no stream in particular: AWS's client makes one event of each call, however many lines it has, and
  # sends it past $stdout.
  module Puts
    def self.install(channel, stream)
      original = Kernel.instance_method(:puts)
      Kernel.define_method(:puts) do |*values|
        next original.bind_call(self, *values) unless channel.ours?

        stream.end_line
        channel.send_logs([Puts.text(values).chomp])
      end
      Kernel.send(:private, :puts)
    end

    def self.text(values)
      values.flatten.map { |value| utf8(value.to_s).b }.join("\n".b)
    end

    def self.utf8(text)
      text.encode(Encoding::UTF_8)
    rescue EncodingError
      text
    end
  end

  # STDOUT and STDERR: one log event for each line, sent before the call returns.
  class LineStream
    # More than this is not kept waiting for its line feed.
    LARGEST_PENDING_BYTES = 512 * 1024

    def initialize(channel, original)
      @channel = channel
      @pending = ''.b
      @lock = Monitor.new
      attach(original)
    end

    def print_text(text)
      @lock.synchronize do
        @pending << text.b
        lines = @pending.split("\n", -1)
        @pending = lines.pop || ''.b
        @channel.send_logs(lines) unless lines.empty?
        end_line if @pending.bytesize >= LARGEST_PENDING_BYTES
      end
    end

    # Sends what was printed without a line feed at its end.
    def end_line
      @lock.synchronize do
        line = @pending
        @pending = ''.b
        @channel.send_logs([line]) unless line.empty?
      end
    end

    private

    # Everything Ruby itself offers for printing ends in `write`; what a forked child prints goes the usual way.
    def attach(original)
      stream = self
      channel = @channel
      original.define_singleton_method(:write) do |*texts|
        return super(*texts) unless channel.ours?

        texts.sum do |text|
          string = text.to_s
          stream.print_text(string)
          string.bytesize
        end
      end
    end
  end
end
