"""The second argument of a handler."""

import os
import sys
import time

import lambent_json
import lambent_logging

# What a caller may hand on by its client context, beside what the function sees of that.
_W3C_FIELDS = ("traceparent", "tracestate", "baggage")


class _Record:
    """An object with fixed fields, None where the source had none."""

    __slots__ = ()

    def __init__(self, source):
        for name in self.__slots__:
            setattr(self, name, source.get(name))

    def __repr__(self):
        fields = ",".join("%s=%s" % (name, getattr(self, name)) for name in self.__slots__)
        return "%s([%s])" % (type(self).__name__, fields)


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


def _parse(text, name):
    try:
        return lambent_json.loads(text)
    except Exception as error:
        from lambent_errors import Fault

        raise Fault("LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (name, error))


def _client_context(source):
    if source is None:
        return None
    context = ClientContext(source)
    if context.client is not None:
        context.client = Client(context.client)
    return context


def _taken_out(source):
    """The caller's trace context, which is no part of the client context that the function sees."""
    fields = source.pop("w3c", None) if isinstance(source, dict) else None
    if not isinstance(fields, dict):
        return {}
    return {name: fields[name] for name in _W3C_FIELDS if isinstance(fields.get(name), str)}


def _identity(text):
    source = {} if text is None else _parse(text, "Cognito Identity")
    return CognitoIdentity(
        {
            "cognito_identity_id": source.get("cognitoIdentityId"),
            "cognito_identity_pool_id": source.get("cognitoIdentityPoolId"),
        }
    )


class LambdaContext:
    """Filled from the header of an INVOKE frame and from the environment."""

    client_context = None
    _w3c_fields = {}

    def __init__(self, header):
        self.aws_request_id = header["requestId"]
        self.invoked_function_arn = header.get("invokedFunctionArn")
        self.tenant_id = header.get("tenantId")
        if "clientContext" in header:
            source = _parse(header["clientContext"], "Client Context")
            self._w3c_fields = _taken_out(source)
            self.client_context = _client_context(source)
        self.identity = _identity(header.get("cognitoIdentity"))
        self._epoch_deadline_time_in_ms = header["deadlineMs"]

    def get_remaining_time_in_millis(self):
        return max(0, int(self._epoch_deadline_time_in_ms - int(time.time() * 1000)))

    def w3c(self):
        return dict(self._w3c_fields)

    def log(self, message):
        """One event of the log; if the function has taken the platform's handler away, what it prints."""
        sink = lambent_logging.sink()
        if sink is None:
            sys.stdout.write(str(message))
        else:
            sink.log(str(message))

    def __repr__(self):
        names = (
            "aws_request_id log_group_name log_stream_name function_name memory_limit_in_mb function_version "
            "invoked_function_arn client_context identity tenant_id"
        )
        fields = ",".join("%s=%s" % (name, getattr(self, name)) for name in names.split())
        return "LambdaContext([%s])" % fields


def install():
    """Reads from the environment what stays the same from one invocation to the next."""
    LambdaContext.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
    LambdaContext.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
    LambdaContext.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    LambdaContext.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    LambdaContext.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
