package lambent;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Parsed JSON to values of a function's own types. Members that a type does not have are passed over. */
final class JsonBinder {
  /** AWS's classes of events spell some names otherwise than the events do. */
  private static final String EVENTS = "com.amazonaws.services.lambda.runtime.events.";

  private JsonBinder() {}

  /** @throws IllegalArgumentException when the JSON does not fit the type */
  static Object bind(Object json, Type type) {
    Class<?> raw = TypeArguments.rawClass(type);
    if (raw == Optional.class) return Optional.ofNullable(json == null ? null : bind(json, argument(type, 0)));
    if (json == null) return Scalars.absent(raw);
    if (raw == Object.class) return Scalars.natural(json);
    if (raw.isInstance(json) && !(json instanceof Map) && !(json instanceof List)) return json;
    if (Scalars.handles(raw)) return Scalars.bind(json, raw);
    if (raw.isArray()) return array(json, type, raw);
    if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) return collection(json, type, raw);
    if (Map.class.isAssignableFrom(raw)) return map(json, type, raw);
    return object(json, type, raw);
  }

  static IllegalArgumentException mismatch(Object json, Class<?> type) {
    String kind = json instanceof Map ? "Object" : json instanceof List ? "Array" : json.getClass().getSimpleName();
    return new IllegalArgumentException("Cannot deserialize value of type `" + type.getName() + "` from " + kind + " value");
  }

  private static Type argument(Type type, int index) {
    return type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments()[index] : Object.class;
  }

  private static Object array(Object json, Type type, Class<?> raw) {
    if (raw == byte[].class && json instanceof String) return Scalars.base64((String) json);
    if (raw == char[].class && json instanceof String) return ((String) json).toCharArray();
    if (!(json instanceof List)) throw mismatch(json, raw);
    List<?> items = (List<?>) json;
    Type item =
        type instanceof java.lang.reflect.GenericArrayType
            ? ((java.lang.reflect.GenericArrayType) type).getGenericComponentType()
            : raw.getComponentType();
    Object result = Array.newInstance(raw.getComponentType(), items.size());
    for (int index = 0; index < items.size(); index++) Array.set(result, index, bind(items.get(index), item));
    return result;
  }

  private static Object collection(Object json, Type type, Class<?> raw) {
    if (!(json instanceof List)) throw mismatch(json, raw);
    Collection<Object> result = newCollection(raw);
    Type item = argument(type, 0);
    for (Object each : (List<?>) json) result.add(bind(each, item));
    return result;
  }

  @SuppressWarnings("unchecked")
  private static Collection<Object> newCollection(Class<?> raw) {
    if (!Modifier.isAbstract(raw.getModifiers())) return (Collection<Object>) create(raw);
    if (SortedSet.class.isAssignableFrom(raw)) return new TreeSet<>();
    if (Set.class.isAssignableFrom(raw)) return new LinkedHashSet<>();
    return Queue.class.isAssignableFrom(raw) ? new ArrayDeque<>() : new ArrayList<>();
  }

  @SuppressWarnings("unchecked")
  private static Object map(Object json, Type type, Class<?> raw) {
    if (!(json instanceof Map)) throw mismatch(json, raw);
    Map<Object, Object> result;
    if (!Modifier.isAbstract(raw.getModifiers())) result = (Map<Object, Object>) create(raw);
    else result = raw.isAssignableFrom(LinkedHashMap.class) ? new LinkedHashMap<>() : new TreeMap<>();
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) json).entrySet())
      result.put(bind(entry.getKey(), argument(type, 0)), bind(entry.getValue(), argument(type, 1)));
    return result;
  }

  private static Object object(Object json, Type type, Class<?> raw) {
    if (!(json instanceof Map)) return Scalars.ofText(json, raw);
    Map<?, ?> members = (Map<?, ?>) json;
    TypeArguments arguments = new TypeArguments(type);
    if (RecordParts.isRecord(raw)) {
      try {
        return RecordParts.create(raw, members, (value, declared) -> bind(value, arguments.resolve(declared)));
      } catch (ReflectiveOperationException error) {
        throw new IllegalArgumentException("Cannot construct instance of `" + raw.getName() + "`", error);
      }
    }
    Object bean = create(raw);
    Map<String, Property> properties = Property.writable(raw);
    boolean isEvent = raw.getName().startsWith(EVENTS);
    for (Map.Entry<?, ?> member : members.entrySet()) {
      String name = (String) member.getKey();
      Property property = properties.get(name);
      if (property == null && isEvent) property = ignoringCase(properties, name);
      if (property != null) property.write(bean, bind(member.getValue(), arguments.resolve(property.type)));
    }
    return bean;
  }

  private static Property ignoringCase(Map<String, Property> properties, String name) {
    for (Property property : properties.values()) if (property.name.equalsIgnoreCase(name)) return property;
    return null;
  }

  private static Object create(Class<?> type) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      // Those of the JDK's own classes are public, and closed to anything more.
      if (!Modifier.isPublic(constructor.getModifiers()) || !Modifier.isPublic(type.getModifiers()))
        constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (InvocationTargetException thrown) {
      throw new IllegalArgumentException("Cannot construct instance of `" + type.getName() + "`", thrown.getCause());
    } catch (ReflectiveOperationException error) {
      throw new IllegalArgumentException(
          "Cannot construct instance of `" + type.getName() + "` (no Creators, like default constructor, exist)", error);
    }
  }

}
