"""sys.stdout and sys.stderr: a LOG frame for each line, sent before the call returns."""

import atexit
import io
import os
from _thread import RLock

import lambent_channel

# More than this is not kept waiting for its line feed.
_LARGEST_PENDING_BYTES = 512 * 1024


class _LineWriter(io.RawIOBase):
    """The byte stream below a text stream; keeps the last line until it is complete."""

    def __init__(self, fd):
        super().__init__()
        self._fd = fd
        self._pending = b""
        self.renew_lock()

    def renew_lock(self):
        """Reentrant, because a signal handler may print in the middle of printing."""
        self._lock = RLock()

    def writable(self):
        return True

    def fileno(self):
        return self._fd

    def write(self, data):
        with self._lock:
            lines = (self._pending + data).split(b"\n")
            self._pending = lines.pop()
            if lines:
                lambent_channel.send_logs(lines)
            if len(self._pending) >= _LARGEST_PENDING_BYTES:
                self.flush_line()
        return len(data)

    def flush_line(self):
        """Sends what was printed without a line feed at its end."""
        with self._lock:
            line = self._pending
            self._pending = b""
            if line:
                lambent_channel.send_logs([line])


def _text(writer, errors):
    # Buffered up to the end of a line: `print` writes its parts one by one.
    return io.TextIOWrapper(writer, encoding="utf-8", errors=errors, line_buffering=True)


_writers = (_LineWriter(1), _LineWriter(2))
_streams = (_text(_writers[0], "strict"), _text(_writers[1], "backslashreplace"))


def install(sys):
    """Replaces the interpreter's streams."""
    sys.stdout, sys.stderr = _streams
    for writer in _writers:
        os.register_at_fork(after_in_child=writer.renew_lock)
    atexit.register(flush)


def flush():
    """Sends what was printed without a line feed at its end, on either stream."""
    for stream, writer in zip(_streams, _writers):
        try:
            stream.flush()
        except ValueError:
            pass  # The function closed it.
        writer.flush_line()
