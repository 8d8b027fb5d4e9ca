import { mostOpenFiles } from '../sandbox/open-files.ts';

/** Files that a platform without functions and connections has open, and some more. */
const OWN = 64;
/** Of the others. What is left is for functions, which take some each, and for contents. */
const SHARE = 0.75;

/** How many connections a process may have at once; undefined where the system does not say how many files. */
export function mostConnections(): number | undefined {
  const files = mostOpenFiles();
  return files === undefined ? undefined : Math.max(1, Math.floor(SHARE * (files - OWN)));
}

export function tooManyConnections(most: number): string {
  return (
    `There were more than ${most} connections at once; the others were closed unread. The rest of the files that a process ` +
    'may open here is for functions and contents: raise the limit before starting Lambent, as with ulimit -Hn 65536.'
  );
}
