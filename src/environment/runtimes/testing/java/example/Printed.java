package example;

/** Says when it begins. */
public class Printed {
  public static String echo(String event) {
    if (event.equals("leave")) Runtime.getRuntime().halt(3);
    System.out.println("began " + event.substring(0, Math.min(9, event.length())));
    return event;
  }
}
