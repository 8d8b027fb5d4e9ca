import { foldersAbove } from './zip-path.ts';
import type { ZipPlan } from './zip-plan.ts';

/**
 * What there is when one archive is unpacked over another: folders merge; anything else of the upper archive takes the
 * place of what stood there, a folder with all that was in it. Of links the same: the upper archive's `lib/a` makes a
 * folder of a link `lib` below, it is never written through it.
 */
export function layOver(below: ZipPlan, above: ZipPlan): ZipPlan {
  const isLeaf = (path: string): boolean => above.files.has(path) || above.links.has(path);
  const isBuried = (path: string): boolean => isLeaf(path) || [...foldersAbove(path)].some(isLeaf);
  const leaves = ([path]: readonly [string, unknown]): boolean => !isBuried(path) && !above.folders.has(path);
  return {
    files: new Map([...[...below.files].filter(leaves), ...above.files]),
    links: new Map([...[...below.links].filter(leaves), ...above.links]),
    folders: new Map([...[...below.folders].filter(([path]) => !isBuried(path)), ...above.folders]),
    // Each archive's own; they are read to be checked only.
    replaced: [...below.replaced, ...above.replaced],
  };
}
