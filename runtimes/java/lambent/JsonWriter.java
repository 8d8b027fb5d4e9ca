package lambent;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.Calendar;
import java.util.Date;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TimeZone;

/** Values to JSON text, as Lambda's own runtime writes them: members that are null are left out. */
final class JsonWriter {
  private static final int DEEPEST = 1000;

  private final StringBuilder out = new StringBuilder(256);
  private int depth;

  private JsonWriter() {}

  /** @throws RuntimeException for what has no end, or cannot be read */
  static String write(Object value) {
    JsonWriter writer = new JsonWriter();
    writer.value(value);
    return writer.out.toString();
  }

  private void value(Object value) {
    if (value == null || value instanceof Boolean) out.append(value);
    else if (value instanceof CharSequence || value instanceof Character) string(value.toString());
    else if (value instanceof Enum) string(((Enum<?>) value).name());
    else if (value instanceof Number) number((Number) value);
    else if (value instanceof Map) nested(() -> map((Map<?, ?>) value));
    else if (value instanceof Iterable) nested(() -> items(((Iterable<?>) value).iterator()));
    else if (value instanceof Iterator) nested(() -> items((Iterator<?>) value));
    else if (value.getClass().isArray()) nested(() -> array(value));
    else if (isTime(value)) time(value);
    else if (isOptional(value)) optional(value);
    else if (value instanceof ByteBuffer) byteBuffer((ByteBuffer) value);
    else if (value instanceof TimeZone) string(((TimeZone) value).getID());
    else if (value instanceof Class) string(((Class<?>) value).getName());
    else if (value.getClass().getName().startsWith("java.") && value.getClass() != Object.class)
      string(value.toString());
    else nested(() -> bean(value));
  }

  private void nested(Runnable content) {
    if (++depth > DEEPEST) throw new IllegalArgumentException("More than " + DEEPEST + " levels deep");
    content.run();
    depth--;
  }

  private void number(Number value) {
    double number = value.doubleValue();
    boolean isFloating = value instanceof Double || value instanceof Float;
    if (isFloating && (Double.isNaN(number) || Double.isInfinite(number))) string(value.toString());
    else out.append(value);
  }

  private void map(Map<?, ?> map) {
    out.append('{');
    boolean isFirst = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      isFirst = member(String.valueOf(entry.getKey()), entry.getValue(), isFirst);
    }
    out.append('}');
  }

  private void bean(Object value) {
    out.append('{');
    boolean isFirst = true;
    for (Property property : Property.readable(value.getClass())) {
      isFirst = member(property.name, property.read(value), isFirst);
    }
    out.append('}');
  }

  private boolean member(String name, Object value, boolean isFirst) {
    if (value == null) return isFirst;
    if (!isFirst) out.append(',');
    string(name);
    out.append(':');
    value(value);
    return false;
  }

  private void items(Iterator<?> items) {
    out.append('[');
    while (items.hasNext()) {
      value(items.next());
      if (items.hasNext()) out.append(',');
    }
    out.append(']');
  }

  private void array(Object array) {
    if (array instanceof byte[]) {
      string(Base64.getEncoder().encodeToString((byte[]) array));
    } else if (array instanceof char[]) {
      string(new String((char[]) array));
    } else {
      out.append('[');
      for (int index = 0; index < Array.getLength(array); index++) {
        if (index > 0) out.append(',');
        value(Array.get(array, index));
      }
      out.append(']');
    }
  }

  private void byteBuffer(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    value(bytes);
  }

  private static boolean isOptional(Object value) {
    return value.getClass().getName().startsWith("java.util.Optional");
  }

  private void optional(Object value) {
    if (value instanceof OptionalInt) value(((OptionalInt) value).isPresent() ? ((OptionalInt) value).getAsInt() : null);
    else if (value instanceof OptionalLong)
      value(((OptionalLong) value).isPresent() ? ((OptionalLong) value).getAsLong() : null);
    else if (value instanceof OptionalDouble)
      value(((OptionalDouble) value).isPresent() ? ((OptionalDouble) value).getAsDouble() : null);
    else value(((Optional<?>) value).orElse(null));
  }

  private static boolean isTime(Object value) {
    return value instanceof Date || value instanceof Calendar || value.getClass().getName().startsWith("java.time.");
  }

  /** Milliseconds for the old classes; for the newer ones seconds with their nanoseconds, or the numbers of a calendar. */
  private void time(Object value) {
    if (value instanceof Date) out.append(((Date) value).getTime());
    else if (value instanceof Calendar) out.append(((Calendar) value).getTimeInMillis());
    else if (value instanceof Instant) seconds(((Instant) value).getEpochSecond(), ((Instant) value).getNano());
    else if (value instanceof ZonedDateTime) time(((ZonedDateTime) value).toInstant());
    else if (value instanceof OffsetDateTime) time(((OffsetDateTime) value).toInstant());
    else if (value instanceof Duration) seconds(((Duration) value).getSeconds(), ((Duration) value).getNano());
    else if (value instanceof LocalDate) out.append('[').append(dateNumbers((LocalDate) value)).append(']');
    else if (value instanceof LocalDateTime) dateTime((LocalDateTime) value);
    else string(value.toString());
  }

  private void seconds(long seconds, int nanoseconds) {
    out.append(BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanoseconds, 9)).toPlainString());
  }

  private static String dateNumbers(LocalDate date) {
    return date.getYear() + "," + date.getMonthValue() + "," + date.getDayOfMonth();
  }

  private void dateTime(LocalDateTime time) {
    out.append('[').append(dateNumbers(time.toLocalDate()));
    out.append(',').append(time.getHour()).append(',').append(time.getMinute());
    if (time.getSecond() > 0 || time.getNano() > 0) out.append(',').append(time.getSecond());
    if (time.getNano() > 0) out.append(',').append(time.getNano());
    out.append(']');
  }

  private void string(String text) {
    out.append('"');
    for (int index = 0; index < text.length(); index++) {
      char letter = text.charAt(index);
      int escape = "\"\\\b\f\n\r\t".indexOf(letter);
      if (escape >= 0) out.append('\\').append("\"\\bfnrt".charAt(escape));
      else if (letter < ' ') out.append(String.format("\\u%04x", (int) letter));
      else out.append(letter);
    }
    out.append('"');
  }
}
