package lambent;

import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.util.Map;

/** The second argument of a handler: from the header of an INVOKE frame and the environment. */
final class InvocationContext implements Context {
  private final Map<String, Object> header;
  private final LambdaLogger logger;

  InvocationContext(Map<String, Object> header, LambdaLogger logger) {
    this.header = header;
    this.logger = logger;
  }

  private String text(String name) {
    return (String) header.get(name);
  }

  @Override
  public String getAwsRequestId() {
    return text("requestId");
  }

  @Override
  public String getLogGroupName() {
    return System.getenv("AWS_LAMBDA_LOG_GROUP_NAME");
  }

  @Override
  public String getLogStreamName() {
    return System.getenv("AWS_LAMBDA_LOG_STREAM_NAME");
  }

  @Override
  public String getFunctionName() {
    return System.getenv("AWS_LAMBDA_FUNCTION_NAME");
  }

  @Override
  public String getFunctionVersion() {
    return System.getenv("AWS_LAMBDA_FUNCTION_VERSION");
  }

  @Override
  public String getInvokedFunctionArn() {
    return text("invokedFunctionArn");
  }

  @Override
  public int getRemainingTimeInMillis() {
    long deadline = ((Number) header.get("deadlineMs")).longValue();
    return (int) Math.max(0, deadline - System.currentTimeMillis());
  }

  @Override
  public int getMemoryLimitInMB() {
    return Integer.parseInt(System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
  }

  @Override
  public LambdaLogger getLogger() {
    return logger;
  }

  @Override
  public String getTenantId() {
    return text("tenantId");
  }

  @Override
  public String getXrayTraceId() {
    return text("traceId");
  }

  /** An object with nothing in it where the caller sent none, as AWS has it. */
  @Override
  public CognitoIdentity getIdentity() {
    Map<String, Object> sent = parsed("cognitoIdentity");
    return new CognitoIdentity() {
      @Override
      public String getIdentityId() {
        return (String) sent.get("cognitoIdentityId");
      }

      @Override
      public String getIdentityPoolId() {
        return (String) sent.get("cognitoIdentityPoolId");
      }
    };
  }

  /** Null where the caller sent none. */
  @Override
  public ClientContext getClientContext() {
    if (text("clientContext") == null) return null;
    Map<String, Object> sent = parsed("clientContext");
    return new ClientContext() {
      @Override
      public Client getClient() {
        return sent.get("client") instanceof Map ? new SentClient(strings(sent.get("client"))) : null;
      }

      @Override
      public Map<String, String> getCustom() {
        return strings(sent.get("custom"));
      }

      @Override
      public Map<String, String> getEnvironment() {
        return strings(sent.get("env"));
      }
    };
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> parsed(String name) {
    String json = text(name);
    Object value = json == null ? null : JsonParser.parse(json);
    return value instanceof Map ? (Map<String, Object>) value : java.util.Collections.emptyMap();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> strings(Object value) {
    return value instanceof Map ? (Map<String, String>) value : null;
  }

  private static final class SentClient implements Client {
    private final Map<String, String> sent;

    SentClient(Map<String, String> sent) {
      this.sent = sent;
    }

    @Override
    public String getInstallationId() {
      return sent.get("installation_id");
    }

    @Override
    public String getAppTitle() {
      return sent.get("app_title");
    }

    @Override
    public String getAppVersionName() {
      return sent.get("app_version_name");
    }

    @Override
    public String getAppVersionCode() {
      return sent.get("app_version_code");
    }

    @Override
    public String getAppPackageName() {
      return sent.get("app_package_name");
    }
  }
}
