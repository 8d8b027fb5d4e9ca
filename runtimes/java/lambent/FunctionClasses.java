package lambent;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where the classes of a function are: its package, the jars in its `lib`, the jars of its layers, in this order. */
final class FunctionClasses {
  private FunctionClasses() {}

  static ClassLoader open(String taskRoot, String layers) throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    urls.add(new File(taskRoot + "/").toURI().toURL());
    addJars(urls, new File(taskRoot, "lib"));
    addJars(urls, new File(layers, "lib"));
    return new URLClassLoader(urls.toArray(new URL[0]), FunctionClasses.class.getClassLoader());
  }

  private static void addJars(List<URL> urls, File directory) throws MalformedURLException {
    String[] names = directory.list((folder, name) -> name.endsWith(".jar"));
    if (names == null) return;
    Arrays.sort(names);
    for (String name : names) urls.add(new File(directory, name).toURI().toURL());
  }
}
