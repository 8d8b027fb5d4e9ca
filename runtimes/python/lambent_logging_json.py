"""Records of the `logging` package in the JSON log format."""

import lambent_json

# Attributes every record has; all others were given by the caller as `extra`. That of an asynchronous task is shown as well.
_OWN = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created msecs "
    "relativeCreated thread threadName processName process aws_request_id tenant_id".split()
)


def _exception_fields(record):
    import traceback

    kind, value, trace = record.exc_info
    if kind is None:
        return {}
    return {
        "stackTrace": traceback.format_tb(trace),
        "errorType": kind.__name__,
        "errorMessage": str(value),
        "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno),
    }


def _message(record):
    """An object stays one."""
    return record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage()


def formatter(logging):
    """A formatter of the given `logging` package."""

    class JsonFormatter(logging.Formatter):
        def format(self, record):
            # Levels of the function's own are shown as the one below.
            record.levelno = min(logging.CRITICAL, max(logging.NOTSET, record.levelno)) // 10 * 10
            record.levelname = logging.getLevelName(record.levelno)
            entry = {
                "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
                "level": record.levelname,
                "message": _message(record),
                "logger": record.name,
                **(_exception_fields(record) if record.exc_info else {}),
                "requestId": record.aws_request_id,
            }
            if record.tenant_id is not None:
                entry["tenantId"] = record.tenant_id
            for name, value in record.__dict__.items():
                if name not in _OWN and name not in entry:
                    entry[name] = value
            return lambent_json.record({name: value for name, value in entry.items() if value is not None})

    return JsonFormatter()
