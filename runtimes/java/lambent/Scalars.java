package lambent;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Numbers, texts, flags, dates, and whatever can be made of a text. */
final class Scalars {
  private Scalars() {}

  static boolean handles(Class<?> type) {
    return type.isPrimitive()
        || type.isEnum()
        || Number.class.isAssignableFrom(type)
        || type == String.class
        || type == CharSequence.class
        || type == Boolean.class
        || type == Character.class
        || type == Date.class
        || type == Instant.class
        || type == ByteBuffer.class;
  }

  /** What stands for null. */
  static Object absent(Class<?> type) {
    if (!type.isPrimitive() || type == void.class) return null;
    if (type == boolean.class) return false;
    if (type == char.class) return '\0';
    return ofNumber(BigDecimal.ZERO, type);
  }

  /** For a target without a type of its own: decimals become Double. */
  static Object natural(Object json) {
    if (json instanceof BigDecimal) return ((BigDecimal) json).doubleValue();
    if (json instanceof List) {
      List<Object> items = new ArrayList<>();
      for (Object item : (List<?>) json) items.add(natural(item));
      return items;
    }
    if (!(json instanceof Map)) return json;
    Map<String, Object> members = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) json).entrySet())
      members.put((String) entry.getKey(), natural(entry.getValue()));
    return members;
  }

  static Object bind(Object json, Class<?> type) {
    // A lone value in a list is taken for the value itself.
    if (json instanceof List && ((List<?>) json).size() == 1) return bind(((List<?>) json).get(0), type);
    if (json == null || json instanceof Map || json instanceof List) throw mismatch(json, type);
    String text = json.toString();
    if (type == String.class || type == CharSequence.class) return text;
    if (type.isEnum()) return enumConstant(text, type);
    if (type == boolean.class || type == Boolean.class) return flag(json, type);
    if (type == char.class || type == Character.class) return character(text, type);
    if (type == Date.class) return Date.from(instant(json));
    if (type == Instant.class) return instant(json);
    if (type == ByteBuffer.class) return ByteBuffer.wrap(base64(text));
    try {
      return ofNumber(new BigDecimal(text.trim()), type);
    } catch (NumberFormatException error) {
      throw mismatch(json, type);
    }
  }

  private static IllegalArgumentException mismatch(Object json, Class<?> type) {
    return JsonBinder.mismatch(json == null ? "null" : json, type);
  }

  static byte[] base64(String text) {
    return Base64.getDecoder().decode(text);
  }

  private static Object ofNumber(BigDecimal number, Class<?> type) {
    if (type == int.class || type == Integer.class) return number.toBigInteger().intValueExact();
    if (type == long.class || type == Long.class) return number.toBigInteger().longValueExact();
    if (type == double.class || type == Double.class) return number.doubleValue();
    if (type == float.class || type == Float.class) return number.floatValue();
    if (type == short.class || type == Short.class) return number.toBigInteger().shortValueExact();
    if (type == byte.class || type == Byte.class) return number.toBigInteger().byteValueExact();
    if (type == BigDecimal.class) return number;
    if (type == BigInteger.class) return number.toBigInteger();
    if (type == Number.class) return natural(number);
    return ofText(number.toPlainString(), type);
  }

  /** Null for a name the enum does not have. */
  private static Object enumConstant(String text, Class<?> type) {
    for (Object constant : type.getEnumConstants()) if (((Enum<?>) constant).name().equals(text)) return constant;
    return null;
  }

  private static boolean flag(Object json, Class<?> type) {
    String text = json.toString();
    if (text.equals("true") || text.equals("false")) return text.equals("true");
    if (json instanceof Integer) return (Integer) json != 0;
    throw mismatch(json, type);
  }

  private static char character(String text, Class<?> type) {
    if (text.length() == 1) return text.charAt(0);
    throw mismatch(text, type);
  }

  /** Whole numbers are milliseconds, others seconds. */
  private static Instant instant(Object json) {
    if (json instanceof BigDecimal)
      return Instant.ofEpochMilli(((BigDecimal) json).movePointRight(3).longValue());
    if (json instanceof Number) return Instant.ofEpochMilli(((Number) json).longValue());
    return OffsetDateTime.parse(json.toString()).toInstant();
  }

  /** By the type's own `parse`, `fromString`, `valueOf`, `of` or `create`, or its constructor for a text. */
  static Object ofText(Object json, Class<?> type) {
    String text = json.toString();
    try {
      if (json instanceof List) throw mismatch(json, type);
      for (String name : new String[] {"fromString", "valueOf", "create", "parse", "of"}) {
        for (Class<?> parameter : new Class<?>[] {String.class, CharSequence.class}) {
          Method method = factory(type, name, parameter);
          if (method != null) return method.invoke(null, text);
        }
      }
      Constructor<?> constructor = type.getDeclaredConstructor(String.class);
      constructor.setAccessible(true);
      return constructor.newInstance(text);
    } catch (InvocationTargetException thrown) {
      throw new IllegalArgumentException(thrown.getCause());
    } catch (ReflectiveOperationException error) {
      throw mismatch(json, type);
    }
  }

  private static Method factory(Class<?> type, String name, Class<?> parameter) {
    try {
      Method method = type.getMethod(name, parameter);
      return Modifier.isStatic(method.getModifiers()) && type.isAssignableFrom(method.getReturnType()) ? method : null;
    } catch (NoSuchMethodException none) {
      return null;
    }
  }
}
