"""Records of the `logging` package in the JSON log format."""

import lambent_json

# Attributes every record has; all others were given by the caller as `extra`.
_OWN = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created msecs "
    "relativeCreated thread threadName processName process taskName aws_request_id tenant_id".split()
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


def formatter(logging):
    """A formatter of the given `logging` package."""

    class JsonFormatter(logging.Formatter):
        def format(self, record):
            time = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
            entry = {
                "timestamp": "%s.%03dZ" % (time, record.msecs),
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
                "requestId": record.aws_request_id,
            }
            if record.tenant_id is not None:
                entry["tenantId"] = record.tenant_id
            if record.exc_info:
                entry.update(_exception_fields(record))
            for name, value in record.__dict__.items():
                if name not in _OWN and name not in entry and value is not None:
                    entry[name] = value
            return lambent_json.dumps(entry)

    return JsonFormatter()
