package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.LinkedHashMap;
import java.util.Map;

/** Plain methods as handlers. */
public class Methods {
  private int calls;

  public static void main(String[] args) {}

  public Object echo(Object event) {
    return event;
  }

  public String shout(String text, Context context) {
    return text + "!";
  }

  public int next(int number) {
    return number + 1;
  }

  public void nothing() {}

  public static int count(Map<String, Object> event) {
    return event.size();
  }

  public String several(String text) {
    return "one";
  }

  public String several(String text, Context context) {
    return "two";
  }

  public void copy(InputStream input, OutputStream output) throws IOException {
    for (int value = input.read(); value >= 0; value = input.read()) output.write(Character.toUpperCase(value));
  }

  public Map<String, Object> context(Map<String, Object> event, Context context) throws IOException {
    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("calls", ++calls);
    seen.put("id", context.getAwsRequestId());
    seen.put("arn", context.getInvokedFunctionArn());
    seen.put("function", context.getFunctionName() + " " + context.getFunctionVersion());
    seen.put("memory", context.getMemoryLimitInMB());
    seen.put("log", context.getLogGroupName() + " " + context.getLogStreamName());
    seen.put("hasTime", context.getRemainingTimeInMillis() > 1000);
    seen.put("custom", context.getClientContext() == null ? "none" : context.getClientContext().getCustom());
    seen.put("identity", String.valueOf(context.getIdentity().getIdentityId()));
    seen.put("tenant", context.getTenantId());
    seen.put("trace", System.getProperty("com.amazonaws.xray.traceHeader"));
    seen.put("traceVariable", String.valueOf(System.getenv("_X_AMZN_TRACE_ID")));
    Path file = Files.createTempFile("lambent", "");
    seen.put("temporary", Files.exists(file));
    Files.delete(file);
    return seen;
  }

  public void log(Object event, Context context) {
    LambdaLogger logger = context.getLogger();
    System.out.println("printed");
    System.err.print("to err\nin two");
    logger.log("logged\nin two\n");
    logger.log("quiet", LogLevel.DEBUG);
    logger.log("loud", LogLevel.WARN);
    LambdaRuntime.getLogger().log("anywhere");
    System.out.print("unended");
  }

  public void fail(String how) throws Exception {
    if (how.equals("checked")) throw new IOException("disk", new IllegalStateException("inner"));
    if (how.equals("silent")) throw new IllegalArgumentException();
    if (how.equals("exit")) System.exit(7);
    if (how.equals("deep")) fail(how);
    if (how.equals("memory")) throw new OutOfMemoryError("gone");
  }

  public String large(int bytes) {
    StringBuilder text = new StringBuilder();
    for (int index = 0; index < bytes; index++) text.append('x');
    return text.toString();
  }

  public Object endless(Object event) {
    Map<String, Object> self = new LinkedHashMap<>();
    self.put("self", self);
    return self;
  }

  void hidden(String text) {}
}
