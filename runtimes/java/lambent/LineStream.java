package lambent;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;

/** System.out and System.err: one log event for each line, sent before the call returns. */
final class LineStream extends OutputStream {
  /** More than this is not kept waiting for its line feed. */
  private static final int LARGEST_PENDING_BYTES = 512 * 1024;

  private final Channel channel;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream(256);

  LineStream(Channel channel) {
    this.channel = channel;
  }

  PrintStream asPrintStream() throws UnsupportedEncodingException {
    return new PrintStream(this, true, "UTF-8");
  }

  @Override
  public synchronized void write(int value) {
    if (value == '\n') sendPending();
    else keep(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int start, int length) {
    int end = start + length;
    for (int at = start; at < end; at++) {
      if (bytes[at] != '\n') continue;
      if (pending.size() == 0) {
        channel.log(bytes, start, at - start);
      } else {
        pending.write(bytes, start, at - start);
        sendPending();
      }
      start = at + 1;
    }
    if (start < end) keep(bytes, start, end - start);
  }

  private void keep(byte[] bytes, int start, int length) {
    pending.write(bytes, start, length);
    if (pending.size() >= LARGEST_PENDING_BYTES) sendPending();
  }

  private void sendPending() {
    byte[] bytes = pending.toByteArray();
    pending.reset();
    channel.log(bytes, 0, bytes.length);
  }

  /** Sends what was printed without a line feed at its end. */
  synchronized void endLine() {
    if (pending.size() > 0) sendPending();
  }
}
