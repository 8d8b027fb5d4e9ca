package lambent;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Each call is one log event, in the format the function is configured for. */
final class FunctionLogger implements LambdaLogger {
  private final Channel channel;
  private final boolean isJson = "JSON".equals(System.getenv("AWS_LAMBDA_LOG_FORMAT"));
  private final LogLevel lowest = lowestLevel();
  private volatile String requestId;
  private volatile String tenantId;

  FunctionLogger(Channel channel) {
    this.channel = channel;
  }

  private static LogLevel lowestLevel() {
    try {
      return LogLevel.fromString(System.getenv("AWS_LAMBDA_LOG_LEVEL"));
    } catch (IllegalArgumentException none) {
      return LogLevel.UNDEFINED;
    }
  }

  /** @param tenant null where the function has no tenants */
  void setInvocation(String id, String tenant) {
    requestId = id;
    tenantId = tenant;
  }

  @Override
  public void log(String message) {
    log(message, LogLevel.UNDEFINED);
  }

  @Override
  public void log(byte[] message) {
    send(message);
  }

  /** A line without a level is never left out. */
  @Override
  public void log(String message, LogLevel level) {
    if (level != LogLevel.UNDEFINED && level.compareTo(lowest) < 0) return;
    String text = String.valueOf(message);
    if (isJson) send(utf8(structured(text, level)));
    else send(utf8(level == LogLevel.UNDEFINED ? text : "[" + level + "] " + text));
  }

  @Override
  public void log(byte[] message, LogLevel level) {
    if (level == LogLevel.UNDEFINED || level.compareTo(lowest) >= 0) send(message);
  }

  /** Why the function failed: written whatever the lowest level is. */
  void logError(String text) {
    send(utf8(isJson ? structured(text, LogLevel.ERROR) : text));
  }

  private String structured(String message, LogLevel level) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("timestamp", timestamp());
    fields.put("message", message);
    fields.put("level", level.name());
    if (requestId != null) fields.put("AWSRequestId", requestId);
    if (tenantId != null) fields.put("tenantId", tenantId);
    return JsonWriter.write(fields);
  }

  /** An Instant leaves milliseconds out where there are none. */
  private static String timestamp() {
    String time = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    return time.indexOf('.') < 0 ? time.replace("Z", ".000Z") : time;
  }

  /** The line feed at the end of an event goes without saying. */
  private void send(byte[] bytes) {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\n') length--;
    channel.log(bytes, 0, length);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
