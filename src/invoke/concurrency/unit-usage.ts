/** How busy provisioned units were, seen by the invocations that came, each of them included. */
export interface UnitUsage {
  readonly size: number;
  readonly running: number;
  /** Invocations that came, and the units in use with each of them, added up. */
  readonly samples: number;
  readonly used: number;
}

/**
 * Share of the units in use, 0 to 1: the average over invocations, or what it is now when none came. Undefined when
 * nothing runs and nothing came.
 */
export function utilizationOf(usages: readonly UnitUsage[]): number | undefined {
  let size = 0;
  let running = 0;
  let possible = 0;
  let used = 0;
  for (const usage of usages) {
    size += usage.size;
    running += usage.running;
    possible += usage.samples * usage.size;
    used += usage.used;
  }
  if (possible > 0) return used / possible;
  return running > 0 && size > 0 ? Math.min(1, running / size) : undefined;
}
