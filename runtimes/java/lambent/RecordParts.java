package lambent;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.function.BiFunction;

/** Records, which the Java this is written in does not know yet: through reflection. */
final class RecordParts {
  private RecordParts() {}

  static boolean isRecord(Class<?> type) {
    return type.getSuperclass() != null && type.getSuperclass().getName().equals("java.lang.Record");
  }

  /** Calls the canonical constructor; a component that was not sent is null, or nought. */
  static Object create(Class<?> type, Map<?, ?> members, BiFunction<Object, Type, Object> bind)
      throws ReflectiveOperationException {
    Object[] components = (Object[]) Class.class.getMethod("getRecordComponents").invoke(type);
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int index = 0; index < components.length; index++) {
      AnnotatedElement component = (AnnotatedElement) components[index];
      types[index] = (Class<?>) component.getClass().getMethod("getType").invoke(component);
      Type declared = (Type) component.getClass().getMethod("getGenericType").invoke(component);
      Object name = component.getClass().getMethod("getName").invoke(component);
      values[index] = bind.apply(members.get(name), declared);
    }
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }
}
