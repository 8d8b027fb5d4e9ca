package example;

/** Classes that cannot be handlers. */
public class Broken {
  public static class Static {
    static {
      if (true) throw new IllegalStateException("static");
    }

    public void handle() {}
  }

  public static class Constructed {
    public Constructed() {
      throw new IllegalStateException("constructed");
    }

    public void handle() {}
  }

  public static class NeedsMore {
    public NeedsMore(int more) {}

    public void handle() {}
  }
}
