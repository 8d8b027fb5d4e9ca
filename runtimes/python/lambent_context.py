"""The second argument of a handler."""

import os
import time

import lambent_json


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


def _client_context(text):
    if text is None:
        return None
    context = ClientContext(lambent_json.loads(text))
    if context.client is not None:
        context.client = Client(context.client)
    return context


def _identity(text):
    source = {} if text is None else lambent_json.loads(text)
    return CognitoIdentity(
        {
            "cognito_identity_id": source.get("cognitoIdentityId"),
            "cognito_identity_pool_id": source.get("cognitoIdentityPoolId"),
        }
    )


class LambdaContext:
    """Filled from the header of an INVOKE frame and from the environment."""

    def __init__(self, header):
        self.aws_request_id = header["requestId"]
        self.invoked_function_arn = header.get("invokedFunctionArn")
        self.tenant_id = header.get("tenantId")
        self.client_context = _client_context(header.get("clientContext"))
        self.identity = _identity(header.get("cognitoIdentity"))
        self._epoch_deadline_time_in_ms = header["deadlineMs"]

    def get_remaining_time_in_millis(self):
        return max(0, int(self._epoch_deadline_time_in_ms - int(time.time() * 1000)))

    def log(self, message):
        import sys

        sys.stdout.write(str(message))

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
