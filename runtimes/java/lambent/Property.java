package lambent;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One property of a bean: a public field, a getter or a setter, named as the Java Beans rules have it. */
final class Property {
  private static final Map<Class<?>, Collection<Property>> READABLE = new ConcurrentHashMap<>();
  private static final Map<Class<?>, Map<String, Property>> WRITABLE = new ConcurrentHashMap<>();

  final String name;
  /** Of a writable one: what it takes. */
  final Type type;
  private final Member member;

  private Property(String name, Type type, Member member) {
    this.name = name;
    this.type = type;
    this.member = member;
    // Public members of classes that are not public themselves count too.
    ((AccessibleObject) member).setAccessible(true);
  }

  static Collection<Property> readable(Class<?> bean) {
    return READABLE.computeIfAbsent(bean, Property::findReadable);
  }

  static Map<String, Property> writable(Class<?> bean) {
    return WRITABLE.computeIfAbsent(bean, Property::findWritable);
  }

  private static Collection<Property> findReadable(Class<?> bean) {
    Map<String, Property> found = new LinkedHashMap<>();
    boolean isRecord = RecordParts.isRecord(bean);
    for (Field field : fields(bean)) {
      if (Modifier.isPublic(field.getModifiers()) || isRecord)
        found.put(field.getName(), new Property(field.getName(), field.getGenericType(), field));
    }
    for (Method method : bean.getMethods()) {
      String name = getterName(method);
      if (name != null) found.put(name, new Property(name, method.getGenericReturnType(), method));
    }
    return new ArrayList<>(found.values());
  }

  private static Map<String, Property> findWritable(Class<?> bean) {
    Map<String, Property> found = new LinkedHashMap<>();
    Map<String, Property> getters = new LinkedHashMap<>();
    for (Property property : findReadable(bean)) getters.put(property.name, property);
    for (Field field : fields(bean)) {
      boolean isVisible = Modifier.isPublic(field.getModifiers()) || getters.containsKey(field.getName());
      if (isVisible && !Modifier.isFinal(field.getModifiers()))
        found.put(field.getName(), new Property(field.getName(), field.getGenericType(), field));
    }
    for (Class<?> each = bean; each != null && each != Object.class; each = each.getSuperclass()) {
      for (Method method : each.getDeclaredMethods()) {
        if (isSetter(method)) {
          String name = decapitalised(method.getName().substring(3));
          Property known = found.get(name);
          if (known == null || known.member instanceof Field)
            found.put(name, new Property(name, method.getGenericParameterTypes()[0], method));
        }
      }
    }
    return found;
  }

  /** The class's own first, its ancestors' after; of equal names the nearest counts. */
  private static List<Field> fields(Class<?> bean) {
    Map<String, Field> found = new LinkedHashMap<>();
    for (Class<?> each = bean; each != null && each != Object.class; each = each.getSuperclass()) {
      for (Field field : each.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        boolean isData = !Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !field.isSynthetic();
        if (isData) found.putIfAbsent(field.getName(), field);
      }
    }
    return new ArrayList<>(found.values());
  }

  private static String getterName(Method method) {
    boolean isPlain = !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic();
    if (!isPlain || method.getParameterCount() > 0 || method.getDeclaringClass() == Object.class) return null;
    String name = method.getName();
    Class<?> type = method.getReturnType();
    if (name.startsWith("get") && name.length() > 3 && type != void.class) return decapitalised(name.substring(3));
    boolean isFlag = type == boolean.class || type == Boolean.class;
    return name.startsWith("is") && name.length() > 2 && isFlag ? decapitalised(name.substring(2)) : null;
  }

  private static boolean isSetter(Method method) {
    return method.getName().startsWith("set")
        && method.getName().length() > 3
        && method.getParameterCount() == 1
        && !Modifier.isStatic(method.getModifiers())
        && !method.isSynthetic();
  }

  /** `Name` is `name`, and `URL` stays. */
  private static String decapitalised(String name) {
    boolean isAcronym =
        name.length() > 1 && Character.isUpperCase(name.charAt(0)) && Character.isUpperCase(name.charAt(1));
    return isAcronym ? name : Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  Object read(Object bean) {
    try {
      return member instanceof Field ? ((Field) member).get(bean) : ((Method) member).invoke(bean);
    } catch (InvocationTargetException thrown) {
      throw new IllegalStateException("Property " + name + " cannot be read", thrown.getCause());
    } catch (IllegalAccessException error) {
      throw new IllegalStateException(error);
    }
  }

  void write(Object bean, Object value) {
    try {
      if (member instanceof Field) ((Field) member).set(bean, value);
      else ((Method) member).invoke(bean, value);
    } catch (InvocationTargetException thrown) {
      throw new IllegalArgumentException("Property " + name + " cannot be set", thrown.getCause());
    } catch (IllegalAccessException error) {
      throw new IllegalStateException(error);
    }
  }
}
