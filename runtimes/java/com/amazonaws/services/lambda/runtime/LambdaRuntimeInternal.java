package com.amazonaws.services.lambda.runtime;

/** Between this runtime and the logging libraries made for Lambda. */
public final class LambdaRuntimeInternal {
  private static volatile boolean useLog4jAppender;

  private LambdaRuntimeInternal() {}

  public static void setUseLog4jAppender(boolean use) {
    useLog4jAppender = use;
  }

  public static boolean getUseLog4jAppender() {
    return useLog4jAppender;
  }

  /** For the runtime alone. */
  public static void setLogger(LambdaLogger logger) {
    LambdaRuntime.setLogger(logger);
  }
}
