import { readFileSync } from 'node:fs';

/** Both versions have the same name. */
export const PROCESSORS_FILE = 'cpuset.cpus';
/** One of so many is for those who want little; of fewer than three it would be too much. */
const OF_SO_MANY = 16;
const FEWEST = 3;

/** The processors that groups may run on, as lists the kernel reads: `0,1,2`. */
export interface Processors {
  readonly all: string;
  /** Those that remain for whoever is kept off the others; undefined where there are too few. */
  readonly most: { readonly list: string; readonly count: number } | undefined;
}

/** @param list as `0-2,5`: what the platform itself may run on, which an operator may have chosen */
export function divide(list: string): Processors {
  const numbers = list.split(',').flatMap(range);
  const count = numbers.length - Math.ceil(numbers.length / OF_SO_MANY);
  const most = numbers.length < FEWEST ? undefined : { list: numbers.slice(0, count).join(), count };
  return { all: numbers.join(), most };
}

export function ownProcessors(): Processors {
  const status = readFileSync('/proc/self/status', 'latin1');
  return divide(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0');
}

/** Since 6.2 Linux remembers which processors a process was given when a group decides that as well. */
export function keepsPlaces(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return major > 6 || (major === 6 && minor >= 2);
}

function range(text: string): number[] {
  const [first = 0, last = first] = text.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
