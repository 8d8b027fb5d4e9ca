package lambent;

import java.util.Map;

/** Events that come before they were asked for (see ../../FRAMES.md): one that should have begun by now is passed over. */
final class EventsAhead {
  private boolean isPassing;

  /**
   * The body of the first NEXT: such events may come. Only to virtual machines whose clock is known to be the one the
   * platform reads.
   */
  static byte[] taken() {
    String name = System.getProperty("java.vm.name", "");
    boolean isHotSpot = name.startsWith("OpenJDK") || name.startsWith("Java HotSpot");
    return isHotSpot ? new byte[] {1} : new byte[0];
  }

  /**
   * Somebody else may have an event that was to begin before now, and all that came like that behind it. The next that was
   * asked for ends it.
   */
  boolean isToPass(Map<String, Object> header) {
    if (!header.containsKey("ahead")) isPassing = false;
    else if (!isPassing) isPassing = System.nanoTime() / 1e6 >= ((Number) header.get("beginBefore")).doubleValue();
    return isPassing;
  }
}
