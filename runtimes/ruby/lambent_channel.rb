# frozen_string_literal: true

module Lambent
  # The frame channel on descriptors 3 and 5 (see ../FRAMES.md). Its calls block, so between invocations the main thread stands
  # still in a read.
  class Channel
    INVOKE = 0x01
    SHUTDOWN = 0x02
    NEXT = 0x10
    RESPONSE = 0x11
    ERROR = 0x12
    INIT_ERROR = 0x13
    LOG = 0x14
    PASSED = 0x1a

    # Body of the first NEXT: events may come before they are asked for.
    TAKES_AHEAD = "\x01".b.freeze
    READ_BYTES = 64 * 1024
    # CloudWatch takes events of up to 1 MiB; what is longer arrives in pieces.
    LARGEST_EVENT_BYTES = (1024 * 1024) - 64
    NEXT_FRAME = [1, NEXT].pack('NC').freeze

    def initialize
      @from_platform = IO.for_fd(3, 'rb', autoclose: false)
      @to_platform = IO.for_fd(5, 'wb', autoclose: false)
      [@from_platform, @to_platform].each { |io| io.close_on_exec = true }
      @owner = Process.pid
      @lock = Monitor.new
      @received = ''.b
    end

    # A forked child has no part in the conversation; what it prints travels by the pipe.
    def ours?
      Process.pid == @owner
    end

    # Waits for the next frame: its type and its body.
    def read
      size = take(4).unpack1('N')
      frame = take(size)
      [frame.getbyte(0), frame.byteslice(1..)]
    end

    def send(kind, body)
      write(frame(kind, body))
    end

    # Sends log events in one write; each is a string without a line feed at its end.
    def send_logs(lines)
      write(lines.flat_map { |line| pieces(line) }.map { |piece| frame(LOG, piece) }.join)
    end

    # Ends an invocation: the outcome and, unless the process is about to end, NEXT leave in one write.
    def send_outcome(kind, request_id, body, asks_for_next: true)
      leave unless ours?
      write(frame(kind, request_id.b + body.b) + (asks_for_next ? NEXT_FRAME : ''.b))
    end

    # There is nobody left to work for.
    def leave
      exit!(0)
    end

    private

    def frame(kind, body)
      [1 + body.bytesize, kind].pack('NC') << body.b
    end

    def pieces(line)
      return [line] if line.bytesize <= LARGEST_EVENT_BYTES

      (0...line.bytesize).step(LARGEST_EVENT_BYTES).map { |start| line.byteslice(start, LARGEST_EVENT_BYTES) }
    end

    def take(count)
      @received << @from_platform.sysread([READ_BYTES, count - @received.bytesize].max) while @received.bytesize < count
      @received.slice!(0, count)
    rescue SystemCallError, IOError
      leave
    end

    def write(bytes)
      @lock.synchronize do
        written = @to_platform.syswrite(bytes)
        written += @to_platform.syswrite(bytes.byteslice(written..)) while written < bytes.bytesize
      end
    rescue SystemCallError, IOError
      leave
    end
  end
end
