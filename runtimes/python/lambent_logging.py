"""Sets up the `logging` package as AWS does, when the function imports it and not before: it is slow to import."""

import os
import sys

import lambent_channel

request_id = None
tenant_id = None


class LogSink:
    """Where the handler writes: each call makes one event, whatever its lines."""

    def log(self, message, frame_type=None):
        text = message[:-1] if message.endswith("\n") else message
        lambent_channel.send_logs([text.encode("utf-8", "backslashreplace")])


_sink = LogSink()


def sink():
    """None where the function has no handler of the platform any more."""
    logging = sys.modules.get("logging")
    if logging is None:
        return _sink
    return next((handler.log_sink for handler in logging.getLogger().handlers if hasattr(handler, "log_sink")), None)


class _LoggingFinder:
    """First on sys.meta_path until `logging` is imported; then the package is configured and the finder is gone."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                configure(module)

            spec.loader.exec_module = exec_module
        return spec


_finder = _LoggingFinder()


def install():
    if "logging" in sys.modules:
        configure(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, _finder)


def found():
    """The package was imported past the finder."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
        configure(sys.modules["logging"])


def configure(logging):
    """Gives the root logger its handler."""
    import time

    is_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    logging.Formatter.converter = time.gmtime

    class LambdaLoggerHandler(logging.Handler):
        log_sink = _sink

        def emit(self, record):
            record.aws_request_id = request_id or ""
            record.tenant_id = tenant_id
            try:
                self.log_sink.log(self.format(record))
            except Exception:
                self.handleError(record)

    handler = LambdaLoggerHandler()
    if is_json:
        import lambent_logging_json

        handler.setFormatter(lambent_logging_json.formatter(logging))
    else:
        handler.setFormatter(
            logging.Formatter(
                "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
            )
        )
    root = logging.getLogger()
    level = "DEBUG" if level == "TRACE" else level
    if isinstance(logging.getLevelName(level), int):
        root.setLevel(level)
    root.addHandler(handler)
