import { MinHeap } from './min-heap.ts';
import { comparePositions, type LogPosition, type StoredLogEvent } from './log-event.ts';

/** A stretch of events of one stream that is opened only when the merge gets there. */
export interface LazyRun<Source> {
  readonly source: Source;
  /** Not behind any event of the run, in reading direction. */
  readonly bound: LogPosition;
  /** The run's parts: smaller runs, or its events in ascending order. */
  open(): Promise<readonly LazyRun<Source>[] | readonly StoredLogEvent[]>;
}

export interface MergedEvent<Source> {
  readonly source: Source;
  readonly event: StoredLogEvent;
}

interface OpenRun<Source> {
  readonly source: Source;
  bound: LogPosition;
  readonly lazy: LazyRun<Source> | undefined;
  /** In reading direction. */
  readonly events: readonly StoredLogEvent[];
  next: number;
}

/**
 * Merges runs into one order by (timestamp, arrival), ascending or, backward, descending. Yields events in chunks,
 * so that a long scan does not pay a promise for every event.
 * @param keep picks the events that belong to the read
 */
export async function* mergeEvents<Source>(
  runs: readonly LazyRun<Source>[],
  backward: boolean,
  keep: (event: StoredLogEvent) => boolean,
): AsyncGenerator<MergedEvent<Source>[], void, undefined> {
  const sign = backward ? -1 : 1;
  const heap = new MinHeap<OpenRun<Source>>((a, b) => sign * comparePositions(a.bound, b.bound));
  for (const run of runs) heap.push(closed(run));
  for (let run = heap.pop(); run !== undefined; run = heap.pop()) {
    if (run.lazy !== undefined) {
      for (const part of openParts(run.source, await run.lazy.open(), backward, keep)) heap.push(part);
      continue;
    }
    const chunk = takeUntil(run, heap.peek()?.bound, sign);
    if (chunk.length > 0) yield chunk;
    if (advance(run)) heap.push(run);
  }
}

function closed<Source>(lazy: LazyRun<Source>): OpenRun<Source> {
  return { source: lazy.source, bound: lazy.bound, lazy, events: [], next: 0 };
}

function openParts<Source>(
  source: Source,
  parts: readonly LazyRun<Source>[] | readonly StoredLogEvent[],
  backward: boolean,
  keep: (event: StoredLogEvent) => boolean,
): OpenRun<Source>[] {
  const events: StoredLogEvent[] = [];
  const runs: OpenRun<Source>[] = [];
  for (const part of parts) {
    if ('open' in part) runs.push(closed(part));
    else if (keep(part)) events.push(part);
  }
  if (backward) events.reverse();
  const first = events[0];
  if (first !== undefined) runs.push({ source, bound: first, lazy: undefined, events, next: 0 });
  return runs;
}

/** The run's events up to where another run may come first. */
function takeUntil<Source>(
  run: OpenRun<Source>,
  limit: LogPosition | undefined,
  sign: number,
): MergedEvent<Source>[] {
  const chunk: MergedEvent<Source>[] = [];
  for (let event = run.events[run.next]; event !== undefined; event = run.events[run.next]) {
    if (limit !== undefined && sign * comparePositions(event, limit) > 0) break;
    chunk.push({ source: run.source, event });
    run.next += 1;
  }
  return chunk;
}

function advance<Source>(run: OpenRun<Source>): boolean {
  const next = run.events[run.next];
  if (next === undefined) return false;
  run.bound = next;
  return true;
}
