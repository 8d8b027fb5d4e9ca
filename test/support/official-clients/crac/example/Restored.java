package example;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/** Tells which hooks ran, and what it drew when it was initialised. */
public class Restored implements Resource {
  private final List<String> steps = new ArrayList<>();
  private final String drawn = UUID.randomUUID().toString();
  private final double initialisedAt = System.currentTimeMillis() / 1000.0;

  public Restored() {
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    if ("before".equals(System.getenv("FAILS"))) throw new IllegalStateException("too early");
    steps.add("before");
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    if ("after".equals(System.getenv("FAILS"))) throw new IllegalStateException("not today");
    steps.add("after");
  }

  public Map<String, Object> handle(Map<String, Object> event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("steps", steps);
    answer.put("drawn", drawn);
    answer.put("initialisedAt", initialisedAt);
    return answer;
  }
}
