"""Sets up the `logging` package as AWS does, when the function imports it and not before: it is slow to import."""

import os
import sys

import lambent_channel

_IS_JSON = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
_LEVEL = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()

request_id = None
tenant_id = None


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


def install():
    if "logging" in sys.modules:
        configure(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, _LoggingFinder())


def configure(logging):
    """Gives the root logger its handler."""
    import time

    logging.Formatter.converter = time.gmtime

    class LambdaLoggerHandler(logging.Handler):
        def emit(self, record):
            record.aws_request_id = request_id or ""
            record.tenant_id = tenant_id
            try:
                lambent_channel.send_logs([self.format(record).encode("utf-8", "backslashreplace")])
            except Exception:
                self.handleError(record)

    handler = LambdaLoggerHandler()
    if _IS_JSON:
        import lambent_logging_json

        handler.setFormatter(lambent_logging_json.formatter(logging))
    else:
        handler.setFormatter(
            logging.Formatter(
                "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
            )
        )
    root = logging.getLogger()
    level = "DEBUG" if _LEVEL == "TRACE" else _LEVEL
    if isinstance(logging.getLevelName(level), int):
        root.setLevel(level)
    root.addHandler(handler)
