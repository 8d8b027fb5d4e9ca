import type { DocumentPath } from '../expressions/document-path.ts';
import { project } from '../expressions/projection.ts';
import type { Written } from '../items/write-decisions.ts';
import type { Item } from '../values/attribute-value.ts';
import type { Returning } from './written-statement.ts';

/** What RETURNING shows of a write; undefined: nothing is asked for, or nothing is there. */
export function returnedItem(
  returning: Returning | undefined,
  { before, after }: Written,
  paths: readonly DocumentPath[],
): Item | undefined {
  if (returning === undefined) return undefined;
  const item = returning.when === 'OLD' ? before : after;
  if (item === undefined || returning.which === 'ALL') return item;
  const shown = project(item, paths);
  return Object.keys(shown).length > 0 ? shown : undefined;
}
