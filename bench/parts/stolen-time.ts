import { readFileSync } from 'node:fs';

/** Where in the first line of /proc/stat, behind its name, the time stands in which the machine's host ran somebody else. */
const STEAL = 7;
/** Guests' time is part of these already. */
const COUNTED = 8;

/**
 * Begins to measure how much of the processors' time the host of a virtual machine gives to others while programs here want it.
 * @returns tells the share since; undefined where the kernel does not say
 */
export function watchStolenTime(): () => number | undefined {
  const before = processorTimes();
  return () => {
    const since = processorTimes()?.map((ticks, index) => ticks - (before?.[index] ?? 0));
    const idle = (since?.[3] ?? 0) + (since?.[4] ?? 0);
    const wanted = (since?.reduce((sum, ticks) => sum + ticks, 0) ?? 0) - idle;
    return since === undefined || wanted <= 0 ? undefined : (since[STEAL] ?? 0) / wanted;
  };
}

/** In ticks, by kind, of all processors together. */
function processorTimes(): number[] | undefined {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
    return line
      .split(/\s+/)
      .slice(1, 1 + COUNTED)
      .map(Number);
  } catch {
    return undefined;
  }
}
