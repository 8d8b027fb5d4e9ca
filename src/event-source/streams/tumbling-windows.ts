/** A window that is open: its records are on their way into the function. */
export interface OpenWindow {
  /** Inclusive, epoch milliseconds. */
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
  /** What the function returned last, JSON text. */
  readonly state: string;
}

export const NO_STATE = '{}';
/** A state that is larger ends its window early. */
const STATE_LIMIT_BYTES = 1_048_576;

/** The window a moment is in: windows lie side by side from the epoch on. */
export function windowAt(atMs: number, lengthMs: number): OpenWindow {
  const startMs = Math.floor(atMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs, state: NO_STATE };
}

/**
 * How many of the records, in their order, belong to the window that is open. One that comes late, to a window that
 * was closed, counts for the one that is open.
 */
export function countInWindow(records: readonly { readonly arrivedAtMs: number }[], endMs: number): number {
  const next = records.findIndex(({ arrivedAtMs }) => arrivedAtMs >= endMs);
  return next === -1 ? records.length : next;
}

/** The state in a function's answer, as JSON text; undefined: there is none, which fails the batch. */
export function stateIn(payload: Uint8Array): string | undefined {
  try {
    const answer = JSON.parse(Buffer.from(payload).toString('utf8')) as unknown;
    if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'state')) return undefined;
    const { state } = answer as { state: unknown };
    return typeof state === 'object' && state !== null && !Array.isArray(state)
      ? JSON.stringify(state)
      : undefined;
  } catch {
    return undefined;
  }
}

export function isTooLarge(state: string): boolean {
  return Buffer.byteLength(state) > STATE_LIMIT_BYTES;
}

export interface WindowedEvent {
  /** JSON texts. */
  readonly records: readonly string[];
  readonly window: OpenWindow;
  readonly shardId: string;
  readonly eventSourceArn: string;
  readonly isFinal: boolean;
  readonly isTerminatedEarly: boolean;
}

/** The event of a window's records, or of its end, as JSON text. */
export function windowedEvent(event: WindowedEvent): string {
  const { startMs, endMs, state } = event.window;
  const rest = {
    shardId: event.shardId,
    eventSourceARN: event.eventSourceArn,
    isFinalInvokeForWindow: event.isFinal,
    isWindowTerminatedEarly: event.isTerminatedEarly,
  };
  const window = { start: withoutMs(startMs), end: withoutMs(endMs) };
  const members = JSON.stringify({ window }).slice(1, -1);
  const last = JSON.stringify(rest).slice(1);
  return `{"Records":[${event.records.join(',')}],${members},"state":${state},${last}`;
}

function withoutMs(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}
