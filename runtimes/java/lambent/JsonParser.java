package lambent;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text to maps, lists, strings, booleans and null. Whole numbers become Integer, Long or BigInteger, whichever holds
 * them; others BigDecimal, which loses nothing.
 */
final class JsonParser {
  private static final int DEEPEST = 1000;

  private final String text;
  private int at;
  private int depth;

  private JsonParser(String text) {
    this.text = text;
  }

  /** @throws IllegalArgumentException where the text is no JSON */
  static Object parse(String text) {
    JsonParser parser = new JsonParser(text);
    Object value = parser.value();
    parser.skipSpace();
    if (parser.at < text.length()) throw parser.problem();
    return value;
  }

  private IllegalArgumentException problem() {
    String found = at < text.length() ? "'" + text.charAt(at) + "'" : "end of input";
    return new IllegalArgumentException("Unexpected " + found + " at character " + at);
  }

  private char peek() {
    if (at >= text.length()) throw problem();
    return text.charAt(at);
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) at++;
  }

  private boolean take(char wanted) {
    skipSpace();
    if (at >= text.length() || text.charAt(at) != wanted) return false;
    at++;
    return true;
  }

  private void expect(char wanted) {
    if (!take(wanted)) throw problem();
  }

  private Object value() {
    skipSpace();
    switch (peek()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        return word("true", Boolean.TRUE);
      case 'f':
        return word("false", Boolean.FALSE);
      case 'n':
        return word("null", null);
      default:
        return number();
    }
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) throw problem();
    at += word.length();
    return value;
  }

  private Map<String, Object> object() {
    enter();
    Map<String, Object> members = new LinkedHashMap<>();
    if (!take('}')) {
      do {
        skipSpace();
        String name = string();
        expect(':');
        members.put(name, value());
      } while (take(','));
      expect('}');
    }
    depth--;
    return members;
  }

  private List<Object> array() {
    enter();
    List<Object> items = new ArrayList<>();
    if (!take(']')) {
      do items.add(value());
      while (take(','));
      expect(']');
    }
    depth--;
    return items;
  }

  private void enter() {
    at++;
    if (++depth > DEEPEST) throw new IllegalArgumentException("More than " + DEEPEST + " levels deep");
  }

  private String string() {
    if (peek() != '"') throw problem();
    int start = ++at;
    while (peek() != '"' && text.charAt(at) != '\\') plainCharacter();
    if (text.charAt(at) == '"') return text.substring(start, at++);
    StringBuilder result = new StringBuilder(text.substring(start, at));
    for (; peek() != '"'; at++) {
      if (text.charAt(at) == '\\') result.append(escaped());
      else {
        result.append(text.charAt(at));
        if (text.charAt(at) < ' ') throw problem();
      }
    }
    at++;
    return result.toString();
  }

  private void plainCharacter() {
    if (text.charAt(at) < ' ') throw problem();
    at++;
  }

  /** Leaves `at` on the last character of the escape. */
  private char escaped() {
    at++;
    char letter = peek();
    if (letter == 'u') {
      if (at + 4 >= text.length()) throw problem();
      int code = 0;
      for (int index = 0; index < 4; index++) {
        int digit = Character.digit(text.charAt(++at), 16);
        if (digit < 0) throw problem();
        code = code << 4 | digit;
      }
      return (char) code;
    }
    int index = "\"\\/bfnrt".indexOf(letter);
    if (index < 0) throw problem();
    return "\"\\/\b\f\n\r\t".charAt(index);
  }

  private Number number() {
    int start = at;
    if (peek() == '-') at++;
    if (peek() == '0') at++;
    else digits();
    boolean isWhole = true;
    if (at < text.length() && text.charAt(at) == '.') {
      isWhole = false;
      at++;
      digits();
    }
    if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      isWhole = false;
      at++;
      if (peek() == '+' || peek() == '-') at++;
      digits();
    }
    String number = text.substring(start, at);
    return isWhole ? whole(number) : new BigDecimal(number);
  }

  private void digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
    if (at == start) throw problem();
  }

  private static Number whole(String digits) {
    if (digits.length() > 18) {
      BigInteger large = new BigInteger(digits);
      return large.bitLength() < 64 ? (Number) large.longValue() : large;
    }
    long value = Long.parseLong(digits);
    if (value == (int) value) return (int) value;
    return value;
  }
}
