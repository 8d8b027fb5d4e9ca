package com.amazonaws.services.lambda.crac;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Tells resources in the order they came, and before the snapshot in the opposite one. */
final class RegisteredResources extends Context<Resource> {
  private final List<Resource> registered = new ArrayList<>();

  @Override
  public synchronized void register(Resource resource) {
    registered.add(resource);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws CheckpointException {
    List<Resource> resources = resources();
    Collections.reverse(resources);
    List<Throwable> thrown = new ArrayList<>();
    for (Resource resource : resources) {
      try {
        resource.beforeCheckpoint(this);
      } catch (CheckpointException error) {
        Collections.addAll(thrown, error.getSuppressed());
      } catch (Exception error) {
        thrown.add(error);
      }
    }
    if (!thrown.isEmpty()) throw suppressing(new CheckpointException(textOf(thrown)), thrown);
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) throws RestoreException {
    List<Throwable> thrown = new ArrayList<>();
    for (Resource resource : resources()) {
      try {
        resource.afterRestore(this);
      } catch (RestoreException error) {
        Collections.addAll(thrown, error.getSuppressed());
      } catch (Exception error) {
        thrown.add(error);
      }
    }
    if (!thrown.isEmpty()) throw suppressing(new RestoreException(textOf(thrown)), thrown);
  }

  /** Who is told may register more. */
  private synchronized List<Resource> resources() {
    return new ArrayList<>(registered);
  }

  private static String textOf(List<Throwable> thrown) {
    List<String> texts = new ArrayList<>();
    for (Throwable each : thrown) texts.add(each.toString());
    return String.join("; ", texts);
  }

  private static <E extends Exception> E suppressing(E exception, List<Throwable> thrown) {
    for (Throwable each : thrown) exception.addSuppressed(each);
    return exception;
  }
}
