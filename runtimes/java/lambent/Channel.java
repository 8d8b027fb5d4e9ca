package lambent;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;

/**
 * The frame channel on descriptors 3 and 5 (see ../../FRAMES.md). Its calls block, so between invocations the main thread stands
 * still in a read.
 */
final class Channel {
  static final int INVOKE = 0x01;
  static final int SHUTDOWN = 0x02;
  static final int NEXT = 0x10;
  static final int RESPONSE = 0x11;
  static final int ERROR = 0x12;
  static final int INIT_ERROR = 0x13;
  static final int LOG = 0x14;
  static final int RESTORE_NEXT = 0x18;
  static final int RESTORE_ERROR = 0x19;
  static final int PASSED = 0x1a;

  private static final int HEADER_BYTES = 5;
  /** More is read straight to its place. */
  private static final int BUFFER_BYTES = 8 * 1024;

  /** CloudWatch takes events of up to 1 MiB; what is longer arrives in pieces. */
  private static final int LARGEST_EVENT_BYTES = 1024 * 1024 - 64;

  private final InputStream input;
  private final OutputStream output;

  Channel() throws ReflectiveOperationException {
    // Java opens files only by their path, and a socket has none.
    Constructor<FileDescriptor> open = FileDescriptor.class.getDeclaredConstructor(int.class);
    open.setAccessible(true);
    input = new BufferedInputStream(new FileInputStream(open.newInstance(3)), BUFFER_BYTES);
    output = new FileOutputStream(open.newInstance(5));
  }

  static final class Frame {
    final int type;
    final byte[] body;

    Frame(int type, byte[] body) {
      this.type = type;
      this.body = body;
    }
  }

  /** Waits for the next frame. The process ends when the platform is gone. */
  Frame read() {
    byte[] header = readBytes(HEADER_BYTES);
    return new Frame(header[4], readBytes(intAt(header, 0) - 1));
  }

  private byte[] readBytes(int count) {
    byte[] bytes = new byte[count];
    try {
      for (int filled = 0; filled < count; ) {
        int some = input.read(bytes, filled, count - filled);
        if (some < 0) throw leave();
        filled += some;
      }
    } catch (IOException error) {
      throw leave();
    }
    return bytes;
  }

  void send(int type, byte[] body) {
    write(frame(type, body, 0, body.length));
  }

  /** Ends an invocation: the outcome and, unless the process is about to end, NEXT leave in one write. */
  void sendOutcome(int type, byte[] requestId, byte[] body, boolean asksForNext) {
    int length = requestId.length + body.length;
    byte[] bytes = new byte[HEADER_BYTES + length + (asksForNext ? HEADER_BYTES : 0)];
    putHeader(bytes, 0, type, length);
    System.arraycopy(requestId, 0, bytes, HEADER_BYTES, requestId.length);
    System.arraycopy(body, 0, bytes, HEADER_BYTES + requestId.length, body.length);
    if (asksForNext) putHeader(bytes, HEADER_BYTES + length, NEXT, 0);
    write(bytes);
  }

  /** Sends one log event. */
  void log(byte[] bytes, int start, int length) {
    int end = start + length;
    do {
      int piece = Math.min(end - start, LARGEST_EVENT_BYTES);
      write(frame(LOG, bytes, start, piece));
      start += piece;
    } while (start < end);
  }

  private static byte[] frame(int type, byte[] body, int start, int length) {
    byte[] bytes = new byte[HEADER_BYTES + length];
    putHeader(bytes, 0, type, length);
    System.arraycopy(body, start, bytes, HEADER_BYTES, length);
    return bytes;
  }

  private static void putHeader(byte[] bytes, int at, int type, int bodyLength) {
    int length = 1 + bodyLength;
    for (int index = 0; index < 4; index++) bytes[at + index] = (byte) (length >>> (24 - 8 * index));
    bytes[at + 4] = (byte) type;
  }

  private synchronized void write(byte[] bytes) {
    try {
      output.write(bytes);
    } catch (IOException error) {
      throw leave();
    }
  }

  static int intAt(byte[] bytes, int at) {
    int value = 0;
    for (int index = 0; index < 4; index++) value = value << 8 | bytes[at + index] & 0xff;
    return value;
  }

  /** There is nobody left to work for. */
  static Error leave() {
    Runtime.getRuntime().halt(0);
    return new Error();
  }
}
