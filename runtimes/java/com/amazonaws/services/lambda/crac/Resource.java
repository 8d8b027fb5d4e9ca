package com.amazonaws.services.lambda.crac;

/** What wants to know of the snapshot. The packages `org.crac` and `jdk.crac` have the same. */
public interface Resource {
  void beforeCheckpoint(Context<? extends Resource> context) throws Exception;

  void afterRestore(Context<? extends Resource> context) throws Exception;
}
