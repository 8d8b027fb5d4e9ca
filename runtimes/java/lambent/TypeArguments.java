package lambent;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.Map;

/** What the type variables of a class and its ancestors stand for, seen from one use of the class. */
final class TypeArguments {
  private final Map<TypeVariable<?>, Type> known = new HashMap<>();

  /** @param use e.g. `Box<String>`, or a plain class */
  TypeArguments(Type use) {
    collect(use);
  }

  private void collect(Type use) {
    if (use instanceof ParameterizedType) {
      Type[] given = ((ParameterizedType) use).getActualTypeArguments();
      TypeVariable<?>[] variables = rawClass(use).getTypeParameters();
      for (int index = 0; index < variables.length; index++) known.putIfAbsent(variables[index], resolve(given[index]));
    }
    Class<?> type = rawClass(use);
    if (type.getGenericSuperclass() != null) collect(type.getGenericSuperclass());
    for (Type each : type.getGenericInterfaces()) collect(each);
  }

  /** The type with its variables replaced where they are known; what is unknown is Object. */
  Type resolve(Type type) {
    if (type instanceof TypeVariable) {
      Type found = known.get(type);
      return found == null ? rawClass(((TypeVariable<?>) type).getBounds()[0]) : found;
    }
    if (type instanceof WildcardType) return resolve(((WildcardType) type).getUpperBounds()[0]);
    if (!(type instanceof ParameterizedType)) return type;
    Type[] given = ((ParameterizedType) type).getActualTypeArguments();
    Type[] resolved = new Type[given.length];
    for (int index = 0; index < given.length; index++) resolved[index] = resolve(given[index]);
    return new Resolved(rawClass(type), resolved);
  }

  /** What an interface's n-th variable stands for in a class that implements it. */
  static Type of(Class<?> implementation, Class<?> type, int index) {
    return new TypeArguments(implementation).resolve(type.getTypeParameters()[index]);
  }

  static Class<?> rawClass(Type type) {
    if (type instanceof Class) return (Class<?>) type;
    if (type instanceof ParameterizedType) return (Class<?>) ((ParameterizedType) type).getRawType();
    if (type instanceof GenericArrayType) {
      Class<?> item = rawClass(((GenericArrayType) type).getGenericComponentType());
      return java.lang.reflect.Array.newInstance(item, 0).getClass();
    }
    return Object.class;
  }

  private static final class Resolved implements ParameterizedType {
    private final Class<?> raw;
    private final Type[] given;

    Resolved(Class<?> raw, Type[] given) {
      this.raw = raw;
      this.given = given;
    }

    @Override
    public Type[] getActualTypeArguments() {
      return given.clone();
    }

    @Override
    public Type getRawType() {
      return raw;
    }

    @Override
    public Type getOwnerType() {
      return raw.getDeclaringClass();
    }
  }
}
