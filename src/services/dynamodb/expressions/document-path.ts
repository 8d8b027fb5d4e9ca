import { type AttributeValue, attributeOf, type Item } from '../values/attribute-value.ts';

/** An attribute's name, then names in maps and positions in lists. Placeholders have been replaced. */
export type DocumentPath = readonly [string, ...(string | number)[]];

/** `[a, b, [0]]`, as messages show a path. */
export function shownPath(path: DocumentPath): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

/** Undefined: there is nothing at that path. */
export function valueAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  const [name, ...steps] = path;
  let value = attributeOf(item, name);
  for (const step of steps) {
    if (value === undefined) return undefined;
    value = stepInto(value, step);
  }
  return value;
}

export function stepInto(value: AttributeValue, step: string | number): AttributeValue | undefined {
  if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
  return 'M' in value ? attributeOf(value.M, step) : undefined;
}

/**
 * How two paths of one expression get in each other's way: one is part of the other, or they take one place for a map and for
 * a list. Undefined: not at all.
 */
export function collision(one: DocumentPath, other: DocumentPath): 'overlap' | 'conflict' | undefined {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [one[index], other[index]];
    if (typeof a !== typeof b) return 'conflict';
    if (a !== b) return undefined;
  }
  return 'overlap';
}
