"""JSON as AWS's runtime reads and writes it.

Uses the interpreter's C accelerators directly: the `json` package costs as much as half of a bare start, and many
functions never need it.
"""

import os
import sys

_EXECUTION_ENV = os.environ.get("AWS_EXECUTION_ENV", "")
# From python3.12 on, AWS leaves characters beyond ASCII as they are.
_ASCII_ONLY = _EXECUTION_ENV in ("AWS_Lambda_python3.9", "AWS_Lambda_python3.10", "AWS_Lambda_python3.11")
_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_WHITESPACE = " \t\n\r"

# Decimals leave the encoder as marked strings, and lose the marks and quotes in the finished text.
_mark = None


def _default(value):
    """What the encoder asks for values it does not know."""
    global _mark
    decimal = sys.modules.get("decimal")
    if decimal is not None and isinstance(value, decimal.Decimal):
        if value.is_nan():
            return _CONSTANTS["NaN"]
        if _mark is None:
            _mark = os.urandom(12).hex()
        return _mark + str(value) + _mark
    if isinstance(value, bytes):
        return value.decode("utf-8")
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


class _ScannerSettings:
    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int
    parse_constant = _CONSTANTS.__getitem__
    memo = {}


def _with_package():
    """The slow way, for interpreters without the accelerators."""
    import json

    encoder = json.JSONEncoder(ensure_ascii=_ASCII_ONLY, default=_default)
    return json.loads, encoder.encode


def _with_accelerators():
    import _json

    scan = _json.make_scanner(_ScannerSettings())
    escape = _json.encode_basestring_ascii if _ASCII_ONLY else _json.encode_basestring

    def decode(text):
        # The scanner itself skips no white space around the document.
        stripped = text.strip(_WHITESPACE)
        try:
            value, end = scan(stripped, 0)
        except StopIteration:
            end = -1
        if end != len(stripped):
            import json

            return json.loads(text)
        return value

    def encode(value):
        encoder = _json.make_encoder({}, _default, escape, None, ": ", ", ", False, False, True)
        return escape(value) if isinstance(value, str) else "".join(encoder(value, 0))

    # An interpreter that changed these private calls shows it here.
    if encode(decode(' {"a": [1, 2.5, null, "b"]} ')) != '{"a": [1, 2.5, null, "b"]}':
        raise ImportError("_json")
    return decode, encode


try:
    loads, _encode = _with_accelerators()
except Exception:
    loads, _encode = _with_package()


def dumps(value):
    """JSON text of a result. Raises TypeError and ValueError for what JSON cannot hold."""
    text = _encode(value)
    if _mark is not None and _mark in text:
        text = text.replace('"' + _mark, "").replace(_mark + '"', "")
    return text
