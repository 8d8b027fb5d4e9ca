import { type AttributeValue, emptyItem, type Item } from '../values/attribute-value.ts';
import type { DocumentPath } from './document-path.ts';
import { checkApart } from './paths-apart.ts';
import type { Placeholders } from './placeholders.ts';
import type { WrittenPath } from './token-reader.ts';

const KIND = 'ProjectionExpression';

/** Throws ValidationException for paths in each other's way. */
export function bindProjection(
  written: readonly WrittenPath[],
  placeholders: Placeholders,
): readonly DocumentPath[] {
  const paths = written.map((path) => placeholders.path(KIND, path));
  checkApart(KIND, paths);
  return paths;
}

/** What of an item stands at the paths: maps with those members only, lists with those elements only, in their order. */
export function project(item: Item, paths: readonly DocumentPath[]): Item {
  return pick({ M: item }, paths, 0)?.M ?? emptyItem();
}

function pick<T extends AttributeValue>(
  value: T,
  paths: readonly (readonly (string | number)[])[],
  depth: number,
): T | undefined {
  if (paths.some((path) => path.length === depth)) return value;
  if ('M' in value) {
    const picked = emptyItem();
    for (const [name, member] of Object.entries(value.M)) {
      const inside = paths.filter((path) => path[depth] === name);
      const part = inside.length > 0 ? pick(member, inside, depth + 1) : undefined;
      if (part !== undefined) picked[name] = part;
    }
    return Object.keys(picked).length > 0 ? ({ M: picked } as unknown as T) : undefined;
  }
  if (!('L' in value)) return undefined;
  const elements = value.L.flatMap((element, position) => {
    const inside = paths.filter((path) => path[depth] === position);
    const part = inside.length > 0 ? pick(element, inside, depth + 1) : undefined;
    return part === undefined ? [] : [part];
  });
  return elements.length > 0 ? ({ L: elements } as unknown as T) : undefined;
}
