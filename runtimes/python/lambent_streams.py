"""sys.stdout and sys.stderr: a LOG frame for each line, sent before the call returns."""

import io

import lambent_channel

# CloudWatch takes events of up to 1 MiB; what is longer arrives in pieces.
_LARGEST_EVENT_BYTES = 1024 * 1024 - 64


class _LineWriter(io.RawIOBase):
    """The byte stream below a text stream; keeps the last line until it is complete."""

    def __init__(self, fd):
        super().__init__()
        self._fd = fd
        self._pending = b""

    def writable(self):
        return True

    def fileno(self):
        return self._fd

    def write(self, data):
        size = len(data)
        lines = (self._pending + bytes(data)).split(b"\n")
        self._pending = lines.pop()
        if lines:
            lambent_channel.send_logs(_pieces(lines))
        if len(self._pending) >= _LARGEST_EVENT_BYTES:
            self.flush_line()
        return size

    def flush_line(self):
        """Sends what was printed without a line feed at its end."""
        if self._pending:
            line = self._pending
            self._pending = b""
            lambent_channel.send_logs(_pieces([line]))


def _pieces(lines):
    if all(len(line) <= _LARGEST_EVENT_BYTES for line in lines):
        return lines
    pieces = []
    for line in lines:
        for start in range(0, len(line), _LARGEST_EVENT_BYTES):
            pieces.append(line[start : start + _LARGEST_EVENT_BYTES])
    return pieces


_writers = (_LineWriter(1), _LineWriter(2))


def install(sys):
    """Replaces the interpreter's streams."""
    sys.stdout = io.TextIOWrapper(_writers[0], encoding="utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(_writers[1], encoding="utf-8", errors="backslashreplace", write_through=True)


def flush():
    for writer in _writers:
        writer.flush_line()
