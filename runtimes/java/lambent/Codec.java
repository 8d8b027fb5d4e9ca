package lambent;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.ServiceLoader;

/** Events to values and results to JSON: by the function's own serializer where it brings one. */
final class Codec {
  private final CustomPojoSerializer custom;

  Codec(ClassLoader functionClasses) {
    Iterator<CustomPojoSerializer> found = ServiceLoader.load(CustomPojoSerializer.class, functionClasses).iterator();
    custom = found.hasNext() ? found.next() : null;
  }

  Object decode(byte[] event, Type type) {
    try {
      if (custom != null && TypeArguments.rawClass(type) != String.class)
        return custom.fromJson(new ByteArrayInputStream(event), type);
      return JsonBinder.bind(JsonParser.parse(new String(event, StandardCharsets.UTF_8)), type);
    } catch (RuntimeException error) {
      throw failure("An error occurred during JSON parsing", error);
    }
  }

  byte[] encode(Object result, Type type) {
    try {
      if (custom == null || result == null || result instanceof String)
        return JsonWriter.write(result).getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      custom.toJson(result, bytes, type);
      return bytes.toByteArray();
    } catch (RuntimeException | StackOverflowError error) {
      throw failure("An error occurred during JSON serialization of response", error);
    }
  }

  private static RuntimeException failure(String message, Throwable cause) {
    return new RuntimeException(message, cause);
  }
}
