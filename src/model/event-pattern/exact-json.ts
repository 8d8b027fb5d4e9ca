/**
 * A number whose text is not the one JavaScript would write: `300.0`, `3e2`, `-0`. Patterns compare numbers by
 * their text, which JSON.parse forgets.
 */
export class JsonNumber {
  readonly text: string;
  readonly value: number;

  constructor(text: string) {
    this.text = text;
    this.value = Number(text);
  }
}

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export type JsonScalar = string | number | boolean | null | JsonNumber;
export type JsonValue = JsonScalar | JsonObject | readonly JsonValue[];

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value) && !(value instanceof JsonNumber);
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A JSON text with its numbers as they were written; undefined for what is not one JSON text. Never throws. */
export function readExactJson(text: string): { readonly value: JsonValue } | undefined {
  try {
    return { value: new ExactReader(text).read() };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A container that is still open, and in an object the name its next value belongs to. */
interface Open {
  readonly object: Record<string, JsonValue> | undefined;
  readonly array: JsonValue[];
  name: string;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Open containers are a list, so the depth of a record that somebody sends cannot overflow our stack. */
class ExactReader {
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonValue {
    for (;;) {
      const value = this.#value();
      if (value === undefined) continue;
      const whole = this.#close(value);
      if (whole !== undefined) return whole;
    }
  }

  /** The next value, or undefined after the bracket of a container that has something in it. */
  #value(): JsonValue | undefined {
    const character = this.#next();
    if (character === '"') return this.#string();
    if (character !== '{' && character !== '[') return this.#word(character);
    this.#at += 1;
    const isObject = character === '{';
    // Without a prototype, so that no name in the text means more than a name.
    const object = isObject ? (Object.create(null) as Record<string, JsonValue>) : undefined;
    const opened: Open = { object, array: [], name: '' };
    if (this.#next() === (isObject ? '}' : ']')) {
      this.#at += 1;
      return object ?? opened.array;
    }
    this.#open.push(opened);
    if (isObject) this.#name(opened);
    return undefined;
  }

  /** Puts a value where it belongs and closes what ends behind it. Returns the whole text's value at its end. */
  #close(ended: JsonValue): JsonValue | undefined {
    let value = ended;
    for (;;) {
      const inside = this.#open.at(-1);
      const character = this.#next();
      if (inside === undefined) {
        if (character !== undefined) throw new SyntaxError('more than one value');
        return value;
      }
      if (inside.object === undefined) inside.array.push(value);
      else inside.object[inside.name] = value;
      this.#at += 1;
      if (character === ',') {
        if (inside.object !== undefined) this.#name(inside);
        return undefined;
      }
      if (character !== (inside.object === undefined ? ']' : '}')) throw new SyntaxError('not closed');
      value = inside.object ?? inside.array;
      this.#open.pop();
    }
  }

  #name(inside: Open): void {
    if (this.#next() !== '"') throw new SyntaxError('no name');
    inside.name = this.#string();
    if (this.#next() !== ':') throw new SyntaxError('no colon');
    this.#at += 1;
  }

  #string(): string {
    const from = this.#at;
    let end = from;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end === -1) throw new SyntaxError('string not ended');
    } while (this.#isEscaped(end));
    this.#at = end + 1;
    return JSON.parse(this.#text.slice(from, end + 1)) as string;
  }

  #isEscaped(quote: number): boolean {
    let before = quote;
    while (this.#text[before - 1] === '\\') before -= 1;
    return (quote - before) % 2 === 1;
  }

  #word(character: string | undefined): JsonScalar {
    for (const [word, value] of WORDS) {
      if (word[0] !== character || !this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    NUMBER.lastIndex = this.#at;
    const text = NUMBER.exec(this.#text)?.[0];
    if (text === undefined) throw new SyntaxError('no value');
    this.#at += text.length;
    return String(Number(text)) === text ? Number(text) : new JsonNumber(text);
  }

  /** The next character that is not space, which stays unread; undefined at the end. */
  #next(): string | undefined {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
    return this.#text[this.#at];
  }
}
