export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined for everything that is no object: arrays, null, single values. */
export function asObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as JsonObject;
}

/** Undefined for a text that is not the JSON of an object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
