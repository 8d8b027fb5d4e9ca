"""JSON as AWS's runtime reads and writes it.

Uses the interpreter's C accelerators directly: the `json` package costs as much as half of a bare start, and many
functions never need it.
"""

import marshal
import os
import sys

_EXECUTION_ENV = os.environ.get("AWS_EXECUTION_ENV", "")
# From python3.12 on, AWS leaves characters beyond ASCII as they are.
_ASCII_ONLY = _EXECUTION_ENV in ("AWS_Lambda_python3.9", "AWS_Lambda_python3.10", "AWS_Lambda_python3.11")
_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_WHITESPACE = " \t\n\r"
_SCALARS = frozenset((str, int, float, bool, type(None)))
# So many are looked at one by one.
_FEW = 16

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
    return json.loads, encoder.encode, json.JSONEncoder(ensure_ascii=False, default=str).encode


def _with_accelerators():
    import _json

    scan = _json.make_scanner(_ScannerSettings())

    def decode(text):
        # The scanner itself skips no white space around the document.
        stripped = text.strip(_WHITESPACE)
        try:
            value, end = scan(stripped, 0)
        except Exception:
            # It may fail without saying how where `json` was not imported.
            end = -1
        if end != len(stripped):
            import json

            return json.loads(text)
        return value

    def encoder_with(default, escape):
        def encode(value):
            encoder = _json.make_encoder({}, default, escape, None, ": ", ", ", False, False, True)
            return escape(value) if isinstance(value, str) else "".join(encoder(value, 0))

        return encode

    encode = encoder_with(_default, _json.encode_basestring_ascii if _ASCII_ONLY else _json.encode_basestring)
    # An interpreter that changed these private calls shows it here.
    if encode(decode(' {"a": [1, 2.5, null, "b"]} ')) != '{"a": [1, 2.5, null, "b"]}':
        raise ImportError("_json")
    return decode, encode, encoder_with(str, _json.encode_basestring)


try:
    loads, _encode, record = _with_accelerators()
except Exception:
    loads, _encode, record = _with_package()


def _is_plain(value):
    """Nothing is in it but what every encoder takes as it is."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if kind is dict:
        items = value.values()
    elif kind is list or kind is tuple:
        items = value
    else:
        return False
    if _SCALARS.issuperset(map(type, items)):
        return True
    if len(items) <= _FEW:
        return all(map(_is_plain, items))
    try:
        # It takes exactly those types, and looks faster.
        marshal.dumps(value, 2)
    except ValueError:
        return False
    return True


def _with_fields(value):
    """Named tuples, and what else can say its fields, become objects; names that are bytes become text."""
    if isinstance(value, (str, bytes, int, float)):
        return value
    if isinstance(value, list):
        return [_with_fields(item) for item in value]
    fields = getattr(value, "_asdict", None)
    if callable(fields):
        value = fields()
    if isinstance(value, dict):
        return {_name(key): _with_fields(item) for key, item in value.items()}
    return [_with_fields(item) for item in value] if isinstance(value, tuple) else value


def _name(key):
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if key is None or isinstance(key, (str, int, float)):
        return key
    raise TypeError("keys must be str, int, float, bool or None, not %s" % type(key).__name__)


def _encoded(value):
    try:
        if _is_plain(value):
            try:
                return _encode(value)
            except TypeError:
                pass  # Names that are no text, perhaps.
        return _encode(_with_fields(value))
    except RecursionError:
        return _encode(value)  # In a circle: the encoder says so.


def dumps(value):
    """JSON text of a result. Raises TypeError and ValueError for what JSON cannot hold."""
    text = _encoded(value)
    if _mark is not None and _mark in text:
        text = text.replace('"' + _mark, "").replace(_mark + '"', "")
    return text
