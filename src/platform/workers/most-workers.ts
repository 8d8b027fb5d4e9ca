import { availableParallelism } from 'node:os';
import type { Config } from '../../config.ts';

/** Each keeps a processor busy, and their functions need some too. */
const MOST = 4;

/** How many there may be beside the main process. One would do no more than the main process does alone: it is none then. */
export function mostWorkers({ workers, tlsCert }: Pick<Config, 'workers' | 'tlsCert'>): number {
  const count = workers === 'auto' ? ofThisMachine(tlsCert !== undefined) : workers;
  return count === 1 ? 0 : count;
}

function ofThisMachine(isSecure: boolean): number {
  // A connection over TLS cannot be moved: its keys are in one process's memory.
  return isSecure ? 1 : Math.max(1, Math.min(MOST, availableParallelism() - 1));
}
