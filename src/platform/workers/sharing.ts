/** What sharing out needs to know of a worker. */
export interface Taker {
  /** It has begun to take connections. */
  readonly isReady: boolean;
  /** It is to end. */
  readonly isLeaving: boolean;
  /** Those it has, and those on their way. */
  readonly connections: number;
}

function takes({ isReady, isLeaving }: Taker): boolean {
  return isReady && !isLeaving;
}

/** The one that has fewest. */
export function leastLaden<T extends Taker>(workers: Iterable<T>): T | undefined {
  let chosen: T | undefined;
  for (const worker of workers) {
    if (takes(worker) && (chosen === undefined || worker.connections < chosen.connections)) chosen = worker;
  }
  return chosen;
}

/**
 * How many more connections those that serve may take, so that the ones that are still to come find their share.
 * @param waiting connections that are to be shared out
 * @param wanted workers there will be
 */
export function room(workers: readonly Taker[], waiting: number, wanted: number): number {
  const staying = workers.filter(({ isLeaving }) => !isLeaving);
  const all = staying.reduce((sum, { connections }) => sum + connections, waiting);
  const share = Math.ceil(all / Math.max(1, wanted));
  return staying.filter(takes).reduce((sum, { connections }) => sum + Math.max(0, share - connections), 0);
}

/** How many connections each has beyond its share. */
export function surplus<T extends Taker>(workers: readonly T[]): { worker: T; connections: number }[] {
  const serving = workers.filter(takes);
  const share = Math.ceil(serving.reduce((sum, { connections }) => sum + connections, 0) / serving.length);
  return serving
    .map((worker) => ({ worker, connections: worker.connections - share }))
    .filter(({ connections }) => connections > 0);
}
