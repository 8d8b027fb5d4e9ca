package com.amazonaws.services.lambda.crac;

/** Resources failed before the snapshot: each with an exception of its own, suppressed by this one. */
public class CheckpointException extends Exception {
  private static final long serialVersionUID = 1;

  public CheckpointException() {}

  public CheckpointException(String message) {
    super(message);
  }
}
