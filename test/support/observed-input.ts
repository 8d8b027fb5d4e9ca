/**
 * An operation's input that remembers which of its fields were asked for by name. Going through all members (a
 * spread, Object.entries) asks for none of a structure's; a map's members are data, so that asking for the map is all.
 */
export class ObservedInput {
  readonly input: object;
  /** Dotted paths, lists leaving no trace. */
  readonly read = new Set<string>();

  constructor(input: object) {
    this.input = this.#observed(input, '');
  }

  #observed<T extends object>(target: T, prefix: string): T {
    let listed = new Set<string | symbol>();
    return new Proxy(target, {
      ownKeys: (given) => {
        const keys = Reflect.ownKeys(given);
        listed = new Set(keys);
        return keys;
      },
      get: (given, key) => {
        const value: unknown = Reflect.get(given, key);
        // Each listed member is fetched once by what went through them all.
        const isListed = listed.delete(key);
        if (typeof key === 'symbol' || !Object.hasOwn(given, key)) return value;
        if (Array.isArray(given)) return this.#inner(value, prefix);
        const path = `${prefix}${key}`;
        if (!isListed) this.read.add(path);
        return this.#inner(value, `${path}.`);
      },
    });
  }

  #inner(value: unknown, prefix: string): unknown {
    return isFields(value) ? this.#observed(value, prefix) : value;
  }
}

/** The paths of the fields that are set in a request, as `ObservedInput.read` has them. */
export function fieldsSet(value: unknown, known: ReadonlySet<string>, prefix = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => fieldsSet(element, known, prefix));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([member, inner]) => {
    const path = `${prefix}${member}`;
    return known.has(path) && inner !== undefined ? [path, ...fieldsSet(inner, known, `${path}.`)] : [];
  });
}

/** @returns undefined where there is none */
export function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((held, member) => (isFields(held) ? Reflect.get(held, member) : undefined), value);
}

/** Holds members of the model: no blob, time or stream. */
function isFields(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || prototype === Object.prototype;
}
