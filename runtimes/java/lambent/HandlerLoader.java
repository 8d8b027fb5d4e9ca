package lambent;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Type;

/** Finds what a handler name such as `example.Handler` or `example.Handler::method` means. */
final class HandlerLoader {
  private final ClassLoader classes;

  HandlerLoader(ClassLoader classes) {
    this.classes = classes;
  }

  /**
   * @return a handler that fails every time where the name does not fit the code
   * @throws Fault when the code itself failed: the environment cannot be used
   */
  FunctionHandler load(String name) throws Fault {
    if (name.isEmpty()) return failing("Invalid handler: `" + name + "'", null);
    int separator = name.indexOf("::");
    String className = separator < 0 ? name : name.substring(0, separator);
    Class<?> type;
    try {
      type = Class.forName(className, true, classes);
    } catch (ClassNotFoundException error) {
      return failing("Class not found: " + className, error);
    } catch (LinkageError error) {
      throw Fault.ofInitialisation("Error loading class " + className, error);
    }
    return separator < 0 ? ofInterface(type) : ofMethod(type, name.substring(separator + 2));
  }

  private FunctionHandler ofInterface(Class<?> type) throws Fault {
    boolean isStream = RequestStreamHandler.class.isAssignableFrom(type);
    if (!isStream && !RequestHandler.class.isAssignableFrom(type))
      return failing("Class does not implement an appropriate handler interface: " + type.getName(), null);
    Constructor<?> constructor;
    try {
      constructor = type.getConstructor();
    } catch (NoSuchMethodException error) {
      return withoutConstructor(type, error);
    }
    Object instance = create(constructor);
    return isStream ? ofStream((RequestStreamHandler) instance) : ofRequest((RequestHandler<?, ?>) instance);
  }

  private static FunctionHandler ofStream(RequestStreamHandler handler) {
    return (event, context) -> {
      ByteArrayOutputStream output = new ByteArrayOutputStream(1024);
      handler.handleRequest(new ByteArrayInputStream(event), output, context);
      return output.toByteArray();
    };
  }

  @SuppressWarnings("unchecked")
  private FunctionHandler ofRequest(RequestHandler<?, ?> handler) {
    Type input = TypeArguments.of(handler.getClass(), RequestHandler.class, 0);
    Type output = TypeArguments.of(handler.getClass(), RequestHandler.class, 1);
    RequestHandler<Object, Object> typed = (RequestHandler<Object, Object>) handler;
    Codec codec = new Codec(classes);
    return (event, context) -> codec.encode(typed.handleRequest(codec.decode(event, input), context), output);
  }

  private FunctionHandler ofMethod(Class<?> type, String name) throws Fault {
    HandlerMethod method = HandlerMethod.find(type, name);
    if (method == null)
      return failing(
          "No public method named " + name + " with appropriate method signature found on class " + type.getName(),
          null);
    if (method.isStatic()) return method.on(null, new Codec(classes));
    try {
      return method.on(create(type.getConstructor()), new Codec(classes));
    } catch (NoSuchMethodException error) {
      return withoutConstructor(type, error);
    }
  }

  private static FunctionHandler withoutConstructor(Class<?> type, NoSuchMethodException error) {
    String message = "Class " + type.getName() + " has no public zero-argument constructor";
    return failing(message, new Exception(message, error));
  }

  private static Object create(Constructor<?> constructor) throws Fault {
    try {
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (InvocationTargetException thrown) {
      throw Fault.ofInitialisation(null, thrown.getCause());
    } catch (ReflectiveOperationException | LinkageError error) {
      throw Fault.ofInitialisation(null, error);
    }
  }

  private static FunctionHandler failing(String message, Throwable cause) {
    Fault fault = Fault.ofHandler(message, cause);
    return (byte[] event, Context context) -> {
      throw fault;
    };
  }
}
