package lambent;

import com.amazonaws.services.lambda.crac.Core;
import com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** The Java runtime: loads the handler, then answers each INVOKE frame with its outcome and NEXT. */
public final class Bootstrap {
  /** What AWS lets a function return: 6 MiB and 100 bytes. */
  private static final int LARGEST_RESULT_BYTES = 6291556;

  private static final byte[] TOO_LARGE =
      ascii(
          "{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556 bytes).\","
              + "\"errorType\":\"Function.ResponseSizeTooLarge\"}");

  private final EventsAhead ahead = new EventsAhead();
  private final Channel channel;
  private final LineStream out;
  private final LineStream err;
  private final FunctionLogger logger;
  private final FunctionHandler handler;

  /** @param args where layers have what is for Java */
  public static void main(String[] args) throws Exception {
    new Bootstrap(args[0]).serve();
  }

  private Bootstrap(String layers) throws Exception {
    channel = new Channel();
    out = new LineStream(channel);
    err = new LineStream(channel);
    System.setOut(out.asPrintStream());
    System.setErr(err.asPrintStream());
    Runtime.getRuntime().addShutdownHook(new Thread(this::endLines));
    logger = new FunctionLogger(channel);
    LambdaRuntimeInternal.setLogger(logger);
    ClassLoader classes = FunctionClasses.open(System.getenv("LAMBDA_TASK_ROOT"), layers);
    Thread.currentThread().setContextClassLoader(classes);
    handler = initialised(classes);
    if ("snap-start".equals(System.getenv("AWS_LAMBDA_INITIALIZATION_TYPE"))) pause();
  }

  private FunctionHandler initialised(ClassLoader classes) {
    try {
      return new HandlerLoader(classes).load(System.getenv("_HANDLER"));
    } catch (Fault fault) {
      report(fault);
      channel.send(Channel.INIT_ERROR, fault.payload());
      System.exit(1);
      throw Channel.leave();
    }
  }

  /** What comes between the initialisation of a version with SnapStart and its first event: hooks, and the wait between. */
  private void pause() {
    try {
      Core.getGlobalContext().beforeCheckpoint(null);
    } catch (Exception error) {
      fail(Channel.INIT_ERROR, error);
    }
    System.gc();
    endLines();
    channel.send(Channel.RESTORE_NEXT, new byte[0]);
    if (channel.read().type == Channel.SHUTDOWN) throw Channel.leave();
    try {
      Core.getGlobalContext().afterRestore(null);
    } catch (Exception error) {
      fail(Channel.RESTORE_ERROR, error);
    }
  }

  private void fail(int type, Exception error) {
    Fault fault = Fault.ofInvocation(error);
    report(fault);
    channel.send(type, fault.payload());
    System.exit(64);
  }

  private void serve() {
    endLines();
    channel.send(Channel.NEXT, EventsAhead.taken());
    for (; ; ) {
      Channel.Frame frame = channel.read();
      if (frame.type == Channel.SHUTDOWN) throw Channel.leave();
      if (frame.type == Channel.INVOKE) receive(frame.body);
    }
  }

  private void receive(byte[] body) {
    int eventStart = 4 + Channel.intAt(body, 0);
    Map<String, Object> header = header(new String(body, 4, eventStart - 4, StandardCharsets.UTF_8));
    if (ahead.isToPass(header)) channel.send(Channel.PASSED, ascii(String.valueOf(header.get("ahead"))));
    else answer(header, Arrays.copyOfRange(body, eventStart, body.length));
  }

  private void answer(Map<String, Object> header, byte[] event) {
    String requestId = (String) header.get("requestId");
    logger.setInvocation(requestId, (String) header.get("tenantId"));
    TraceId.set((String) header.get("traceId"));
    int type = Channel.RESPONSE;
    byte[] outcome;
    boolean isFatal = false;
    try {
      outcome = handler.handle(event, new InvocationContext(header, logger));
    } catch (Throwable thrown) {
      Fault fault = thrown instanceof Fault ? (Fault) thrown : Fault.ofInvocation(thrown);
      report(fault);
      outcome = fault.payload();
      type = Channel.ERROR;
      isFatal = thrown instanceof VirtualMachineError;
    }
    if (outcome.length > LARGEST_RESULT_BYTES) {
      outcome = TOO_LARGE;
      type = Channel.ERROR;
    }
    endLines();
    channel.sendOutcome(type, ascii(requestId), outcome, !isFatal);
    // A virtual machine that ran out of memory or stack is not to be trusted with the next event.
    if (isFatal) Runtime.getRuntime().halt(1);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> header(String json) {
    return (Map<String, Object>) JsonParser.parse(json);
  }

  private void report(Fault fault) {
    endLines();
    logger.logError(fault.logText());
  }

  private void endLines() {
    System.out.flush();
    System.err.flush();
    out.endLine();
    err.endLine();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
