package lambent;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;

/** A plain method as the handler: of at most one input and a Context, or of streams. */
final class HandlerMethod {
  private final Method method;
  private final Type[] parameters;

  private HandlerMethod(Method method, Class<?> owner) {
    this.method = method;
    TypeArguments arguments = new TypeArguments(owner);
    parameters = method.getGenericParameterTypes();
    for (int index = 0; index < parameters.length; index++) parameters[index] = arguments.resolve(parameters[index]);
    method.setAccessible(true);
  }

  /** Of several with the name, the one with most parameters; of those, one that ends in a Context. Null: there is none. */
  static HandlerMethod find(Class<?> owner, String name) {
    Method best = null;
    for (Method method : owner.getMethods()) {
      if (!method.getName().equals(name) || method.isBridge() || !fits(method.getParameterTypes())) continue;
      if (best == null || rank(method) > rank(best)) best = method;
    }
    return best == null ? null : new HandlerMethod(best, owner);
  }

  private static int rank(Method method) {
    return 2 * method.getParameterCount() + (endsInContext(method.getParameterTypes()) ? 1 : 0);
  }

  private static boolean endsInContext(Class<?>[] types) {
    return types.length > 0 && types[types.length - 1] == Context.class;
  }

  private static boolean fits(Class<?>[] types) {
    int inputs = endsInContext(types) ? types.length - 1 : types.length;
    boolean isStreams = inputs == 2 && types[0] == InputStream.class && types[1] == OutputStream.class;
    return inputs < 2 || isStreams;
  }

  boolean isStatic() {
    return Modifier.isStatic(method.getModifiers());
  }

  FunctionHandler on(Object instance, Codec codec) {
    return (event, context) -> {
      ByteArrayOutputStream output = null;
      Object[] values = new Object[parameters.length];
      for (int index = 0; index < values.length; index++) {
        if (parameters[index] == Context.class) values[index] = context;
        else if (parameters[index] == InputStream.class) values[index] = new ByteArrayInputStream(event);
        else if (parameters[index] == OutputStream.class) values[index] = output = new ByteArrayOutputStream(1024);
        else values[index] = codec.decode(event, parameters[index]);
      }
      Object result = call(instance, values);
      return output == null ? codec.encode(result, method.getGenericReturnType()) : output.toByteArray();
    };
  }

  private Object call(Object instance, Object[] values) throws Throwable {
    try {
      return method.invoke(instance, values);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
