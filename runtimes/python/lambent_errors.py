"""Errors as callers and logs see them. Imported at the first error."""

import os
import sys
import traceback

import lambent_channel
import lambent_json

_HERE = os.path.dirname(os.path.abspath(__file__))
_IS_JSON = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
# What AWS lets a function return: 6 MiB and 100 bytes.
_LARGEST_PAYLOAD_BYTES = 6_291_556
# Of a larger one, in characters.
_KEPT_OF_MESSAGE = 64 * 1024
_NO_BREAK_SPACE = "\u00a0"
_UNHANDLED = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare cases, "
    "a Lambda runtime update can cause unexpected function behavior. For functions using managed runtimes, runtime updates "
    "can be triggered by a function change, or can be applied automatically. To determine if the runtime has been updated, "
    "check the runtime version in the INIT_START log entry. If this error correlates with a change in the runtime version, "
    "you may be able to mitigate this error by temporarily rolling back to the previous runtime version. For more "
    "information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
)


class Fault(Exception):
    """An error of the runtime itself, e.g. Runtime.HandlerNotFound."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = "Runtime." + kind
        self.message = message
        self.trace = trace or []


def describe(error, request_id):
    """The error's fields in AWS's order; frames of the runtime itself are left out."""
    if isinstance(error, Fault):
        return _fields(error.message, error.kind, request_id, error.trace)
    frames = traceback.extract_tb(error.__traceback__)
    own = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in frames]
    while own and own[0][0].startswith(_HERE):
        del own[0]
    return _fields(str(error), type(error).__name__, request_id, traceback.format_list(own))


def _fields(message, kind, request_id, trace):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def report(fields):
    """Writes the error to the log, as one event."""
    if _IS_JSON:
        import time

        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        entry = {"timestamp": stamp, "level": "ERROR", **fields}
        text = lambent_json.dumps(entry)
    else:
        text = _text(fields)
    lambent_channel.send_logs([text.encode("utf-8", "backslashreplace")])


def _text(fields):
    lines = ["[ERROR] %s" % ": ".join(part for part in (fields["errorType"], fields["errorMessage"]) if part)]
    lines.append("Traceback (most recent call last):")
    for element in fields["stackTrace"]:
        for line in element.splitlines():
            text = line.lstrip(" ")
            # Plain spaces at the start of a line would end the event for some readers.
            lines.append(_NO_BREAK_SPACE * (len(line) - len(text)) + text)
    return "\n".join(lines)


def payload(fields):
    """The error as the caller gets it, shortened where it would not fit a frame."""
    data = _encoded(fields)
    if len(data) <= _LARGEST_PAYLOAD_BYTES:
        return data
    return _encoded({**fields, "errorMessage": fields["errorMessage"][:_KEPT_OF_MESSAGE], "stackTrace": []})


def _encoded(fields):
    return lambent_json.dumps(fields).encode("utf-8", "backslashreplace")


def fail_init(error):
    """Reports an error of the initialisation and ends the process."""
    try:
        import logging

        logging.warning(_UNHANDLED)
    except Exception:
        pass  # The function has another package of that name, or handlers that fail.
    end_with(lambent_channel.INIT_ERROR, error, 1)


def end_with(kind, error, status):
    """Reports an error in a frame of that kind and ends the process."""
    fields = describe(error, "")
    report(fields)
    lambent_channel.send(kind, payload(fields))
    sys.exit(status)
