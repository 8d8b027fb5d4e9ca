"""The frame channel on descriptors 3 and 5 (see ../FRAMES.md), with blocking system calls.

While the runtime waits for an event nothing else in this thread runs, which is what freezing does on AWS.
"""

import os
from _thread import allocate_lock

FROM_PLATFORM = 3
TO_PLATFORM = 5
INVOKE = 0x01
SHUTDOWN = 0x02
PREPARE = 0x03
SPECIALISE = 0x04
NEXT = 0x10
RESPONSE = 0x11
ERROR = 0x12
INIT_ERROR = 0x13
LOG = 0x14
PREPARED = 0x17
RESTORE_NEXT = 0x18
RESTORE_ERROR = 0x19
PASSED = 0x1A

# Body of the first NEXT: events may come before they are asked for.
TAKES_AHEAD = b"\x01"

_READ_BYTES = 64 * 1024
# CloudWatch takes events of up to 1 MiB; what is longer arrives in pieces.
_LARGEST_EVENT_BYTES = 1024 * 1024 - 64
_NEXT_FRAME = b"\x00\x00\x00\x01\x10"

_write_lock = allocate_lock()
_rest = b""
_forked = False


def leave():
    """The platform is gone, or asks us to go: there is nobody left to work for."""
    os._exit(0)


def _read_some(size):
    try:
        received = os.read(FROM_PLATFORM, size)
    except OSError:
        leave()
    if not received:
        leave()
    return received


def read_frame():
    """Waits for the next frame; returns its type and a view of its body, which is not copied."""
    global _rest
    data = _rest or _read_some(_READ_BYTES)
    while len(data) < 5:
        data += _read_some(_READ_BYTES)
    end = 4 + int.from_bytes(data[:4], "big")
    if len(data) < end:
        data = _read_rest(data, end)
    _rest = bytes(data[end:])
    return data[4], memoryview(data)[5:end]


def _read_rest(start, end):
    """Receives a frame that did not come in one piece straight into a buffer of its size."""
    frame = bytearray(end)
    frame[: len(start)] = start
    view = memoryview(frame)
    filled = len(start)
    while filled < end:
        try:
            count = os.readv(FROM_PLATFORM, [view[filled:]])
        except OSError:
            leave()
        if count == 0:
            leave()
        filled += count
    return frame


def _write(data):
    with _write_lock:
        try:
            written = os.write(TO_PLATFORM, data)
            if written < len(data):
                _write_rest(data, written)
        except OSError:
            leave()


def _write_rest(data, written):
    view = memoryview(data)
    while written < len(data):
        written += os.write(TO_PLATFORM, view[written:])


def send(kind, body):
    """Sends one frame with the bytes `body`."""
    if _forked:
        _write_past_channel(kind, body)
    else:
        _write(b"%b%c%b" % ((1 + len(body)).to_bytes(4, "big"), kind, body))


def send_logs(lines):
    """Sends log events in one write; each is bytes without a line feed at the end."""
    if _forked:
        for line in lines:
            _write_past_channel(LOG, line)
        return
    if max(map(len, lines)) > _LARGEST_EVENT_BYTES:
        lines = _pieces(lines)
    _write(b"".join([b"%b\x14%b" % ((1 + len(line)).to_bytes(4, "big"), line) for line in lines]))


def _pieces(lines):
    for line in lines:
        for start in range(0, len(line) or 1, _LARGEST_EVENT_BYTES):
            yield line[start : start + _LARGEST_EVENT_BYTES]


def send_outcome(kind, request_id, body):
    """Ends an invocation: RESPONSE or ERROR and NEXT leave in one write."""
    if _forked:
        leave()
    head = b"%b%c%b" % ((37 + len(body)).to_bytes(4, "big"), kind, request_id.encode())
    if len(body) <= _READ_BYTES:
        _write(b"%b%b%b" % (head, body, _NEXT_FRAME))
        return
    # Megabytes are not put together first.
    parts = [head, body, _NEXT_FRAME]
    with _write_lock:
        try:
            written = os.writev(TO_PLATFORM, parts)
            if written < sum(map(len, parts)):
                _write_rest(b"".join(parts), written)
        except OSError:
            leave()


def _write_past_channel(kind, body):
    """A forked child has no part in the conversation; what it prints travels by the pipe."""
    if kind == LOG:
        os.write(1, body + b"\n")


def _after_fork():
    global _forked, _write_lock
    _forked = True
    _write_lock = allocate_lock()
    for descriptor in (FROM_PLATFORM, TO_PLATFORM):
        try:
            os.close(descriptor)
        except OSError:
            pass


def open_channel():
    """Keeps the channel away from child processes."""
    os.set_inheritable(FROM_PLATFORM, False)
    os.set_inheritable(TO_PLATFORM, False)
    os.register_at_fork(after_in_child=_after_fork)
