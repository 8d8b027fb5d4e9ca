package com.amazonaws.services.lambda.crac;

/** Resources failed after it was restored: each with an exception of its own, suppressed by this one. */
public class RestoreException extends Exception {
  private static final long serialVersionUID = 1;

  public RestoreException() {}

  public RestoreException(String message) {
    super(message);
  }
}
