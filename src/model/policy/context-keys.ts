/** What a request says about itself: condition keys in lower case, each with its values. */
export type ContextKeys = ReadonlyMap<string, readonly string[]>;

/** Keys are taken in any case, e.g. `aws:SourceArn`; what is undefined is not in the request. */
export function contextKeys(
  keys: Readonly<Record<string, string | readonly string[] | undefined>>,
): ContextKeys {
  const found = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined) found.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return found;
}
