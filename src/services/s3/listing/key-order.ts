const LAST = 0x10ffff;
const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

/**
 * The first text, by code points, behind all that begin with this one: keys are in the order of their UTF-8 bytes, which is
 * that of their code points, and not JavaScript's. Undefined: nothing is behind.
 */
export function successorOf(text: string): string | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === LAST) continue;
    const next = last + 1 === SURROGATES ? AFTER_SURROGATES : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}

/** The part of a key that a list shows in place of all keys that share it; undefined: the key is shown itself. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : key.slice(0, found + delimiter.length);
}
