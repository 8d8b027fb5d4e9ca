package lambent;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An error as callers and logs see it. */
final class Fault extends Exception {
  private static final long serialVersionUID = 1;
  private static final String OWN_PACKAGE = "lambent.";
  /** In characters, so that it fits a frame whatever they encode to. */
  private static final int LARGEST_TEXT_LENGTH = 256 * 1024;

  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final String logText;

  private Fault(String message, Throwable cause) {
    super(message, null, false, false);
    fields.put("errorMessage", shortened(message));
    if (cause != null) fields.put("errorType", cause.getClass().getName());
    logText = cause == null ? message : message + ": " + cause.getClass().getName() + "\n" + traceOf(cause);
  }

  /** The function's code is not there in the way its handler names it: every invocation says so. */
  static Fault ofHandler(String message, Throwable cause) {
    return new Fault(message, cause);
  }

  /** What the function threw. */
  static Fault ofInvocation(Throwable thrown) {
    withoutOwnFrames(thrown);
    Fault fault = new Fault(messageOf(thrown), thrown);
    List<String> trace = new ArrayList<>();
    for (StackTraceElement frame : thrown.getStackTrace()) trace.add(frame.toString());
    fault.fields.put("stackTrace", trace);
    return fault;
  }

  /** What the function's initialisation threw. */
  static Fault ofInitialisation(String message, Throwable thrown) {
    withoutOwnFrames(thrown);
    return new Fault(message == null ? messageOf(thrown) : message, thrown);
  }

  byte[] payload() {
    return JsonWriter.write(fields).getBytes(StandardCharsets.UTF_8);
  }

  String logText() {
    return logText;
  }

  private static String messageOf(Throwable thrown) {
    String message = thrown.getLocalizedMessage();
    return message == null ? thrown.getClass().getName() : message;
  }

  private static String shortened(String text) {
    return text.length() <= LARGEST_TEXT_LENGTH ? text : text.substring(0, LARGEST_TEXT_LENGTH);
  }

  private static String traceOf(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  /** Frames from the runtime's first one on say nothing to the function's author. */
  private static void withoutOwnFrames(Throwable thrown) {
    int depth = 0;
    for (Throwable each = thrown; each != null && depth < 100; each = each.getCause(), depth++) {
      List<StackTraceElement> kept = new ArrayList<>();
      for (StackTraceElement frame : each.getStackTrace()) {
        if (frame.getClassName().startsWith(OWN_PACKAGE)) break;
        kept.add(frame);
      }
      each.setStackTrace(kept.toArray(new StackTraceElement[0]));
    }
  }
}
