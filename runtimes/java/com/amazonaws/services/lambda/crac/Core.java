package com.amazonaws.services.lambda.crac;

/** Where the package `org.crac` finds the context of the runtime: by the system property `org.crac.Core.Compat`. */
public final class Core {
  private static final Context<Resource> GLOBAL = new RegisteredResources();

  private Core() {}

  public static Context<Resource> getGlobalContext() {
    return GLOBAL;
  }

  /** It is the platform that decides when. */
  public static void checkpointRestore() throws CheckpointException, RestoreException {
    throw new UnsupportedOperationException();
  }
}
