"""The Python runtime: loads the handler, then answers each INVOKE frame with its outcome and NEXT."""

import os
import sys
from time import CLOCK_MONOTONIC, clock_gettime

import lambent_channel
import lambent_context
import lambent_json
import lambent_logging
import lambent_streams

# What AWS lets a function return: 6 MiB and 100 bytes.
_LARGEST_RESULT_BYTES = 6291556
_TOO_LARGE = (
    b'{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).",'
    b'"errorType":"Function.ResponseSizeTooLarge"}'
)

_passing = False


def _fault(kind, message, trace=None):
    from lambent_errors import Fault

    return Fault(kind, message, trace)


def _set_search_path(task_root, layers):
    """The function's own code comes first, then the directories of layers, then what the interpreter brings."""
    # The directory of the script, which Python puts first.
    del sys.path[0]
    of_layers = [directory for directory in layers if os.path.isdir(directory)]
    sys.path[:0] = [task_root, *of_layers]
    if of_layers:
        import site

        for directory in of_layers:
            site.addsitedir(directory)


def _load_handler(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise _fault("MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise _fault("BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    try:
        import_name = module_name.replace("/", ".")
        __import__(import_name)
        module = sys.modules[import_name]
    except ImportError as error:
        raise _fault("ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise _fault("UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise _fault("HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


def _parse(event):
    try:
        return lambent_json.loads(str(event, "utf-8"))
    except Exception as error:
        raise _fault("UnmarshalError", "Unable to unmarshal input: %s" % error)


def _serialise(result):
    if isinstance(result, bytes):
        return result
    try:
        return lambent_json.dumps(result).encode("utf-8")
    except Exception as error:
        raise _fault("MarshalError", "Unable to marshal response: %s" % error)


def _handle(handler, header, event):
    """Runs the handler; returns the type and the body of the frame to answer with."""
    try:
        body = _serialise(handler(_parse(event), lambent_context.LambdaContext(header)))
    except Exception as error:
        import lambent_errors

        fields = lambent_errors.describe(error, header["requestId"])
        lambent_streams.flush()
        lambent_errors.report(fields)
        return lambent_channel.ERROR, lambent_errors.payload(fields)
    return lambent_channel.RESPONSE, body


def _is_to_pass(header):
    """Somebody else may have an event that was to begin before now, and all that came ahead behind it."""
    global _passing
    if "ahead" not in header:
        _passing = False
    elif not _passing:
        # The clock that the platform reads as well, which packages that stop or move `time` leave alone.
        _passing = clock_gettime(CLOCK_MONOTONIC) * 1000 >= header["beginBefore"]
    return _passing


def _serve(handler):
    lambent_streams.flush()
    lambent_channel.send(lambent_channel.NEXT, lambent_channel.TAKES_AHEAD)
    while True:
        kind, body = lambent_channel.read_frame()
        if kind == lambent_channel.SHUTDOWN:
            lambent_channel.leave()
        event_start = 4 + int.from_bytes(body[:4], "big")
        header = lambent_json.loads(str(body[4:event_start], "utf-8"))
        if _is_to_pass(header):
            lambent_channel.send(lambent_channel.PASSED, b"%d" % header["ahead"])
        else:
            _answer(handler, header, body[event_start:])


def _answer(handler, header, event):
    request_id = header["requestId"]
    lambent_logging.request_id = request_id
    lambent_logging.tenant_id = header.get("tenantId")
    trace_id = header.get("traceId")
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    kind, outcome = _handle(handler, header, event)
    if len(outcome) > _LARGEST_RESULT_BYTES:
        kind, outcome = lambent_channel.ERROR, _TOO_LARGE
    lambent_streams.flush()
    lambent_channel.send_outcome(kind, request_id, outcome)


def _initialise(name):
    """Loads the handler, or reports why that failed and ends the process."""
    try:
        return _load_handler(name)
    except Exception as error:
        import lambent_errors

        lambent_streams.flush()
        lambent_errors.fail_init(error)


def main():
    """Runs until the platform hangs up, or a `sys.exit` of the function ends the process."""
    lambent_channel.open_channel()
    prepared = None
    if "_HANDLER" not in os.environ:
        # Started ahead of need: every function has a handler.
        import lambent_prepared

        prepared = lambent_prepared.wait()
    lambent_context.install()
    lambent_streams.install(sys)
    lambent_logging.install()
    _set_search_path(os.environ.get("LAMBDA_TASK_ROOT", os.getcwd()), sys.argv[1:])
    sys.argv = sys.argv[:1]
    if prepared is not None:
        prepared.offer()
    try:
        handler = _initialise(os.environ.get("_HANDLER", ""))
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            import lambent_snapstart

            lambent_snapstart.pause()
        _serve(handler)
    finally:
        # Before Python reports why it ends.
        lambent_streams.flush()
