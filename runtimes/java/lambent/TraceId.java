package lambent;

import java.lang.reflect.Field;
import java.util.Map;

/** Where the X-Ray SDK looks for the trace of an invocation. */
final class TraceId {
  private static final String VARIABLE = "_X_AMZN_TRACE_ID";
  /** The environment as java8 and java11 show it, which Java itself does not let anyone change; null for later ones. */
  private static final Map<String, String> ENVIRONMENT = changeable();

  private TraceId() {}

  static void set(String traceId) {
    if (traceId == null) System.clearProperty("com.amazonaws.xray.traceHeader");
    else System.setProperty("com.amazonaws.xray.traceHeader", traceId);
    if (ENVIRONMENT == null) return;
    if (traceId == null) ENVIRONMENT.remove(VARIABLE);
    else ENVIRONMENT.put(VARIABLE, traceId);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> changeable() {
    String runtime = String.valueOf(System.getenv("AWS_EXECUTION_ENV"));
    if (!runtime.startsWith("AWS_Lambda_java8") && !runtime.startsWith("AWS_Lambda_java11")) return null;
    try {
      Field inner = System.getenv().getClass().getDeclaredField("m");
      inner.setAccessible(true);
      return (Map<String, String>) inner.get(System.getenv());
    } catch (ReflectiveOperationException | RuntimeException closed) {
      return null;
    }
  }
}
