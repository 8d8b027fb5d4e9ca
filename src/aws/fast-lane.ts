import type { Socket } from 'node:net';
import { LaneConnection } from './fast-lane-connection.ts';
import { GatheringRoom } from './fast-lane-gathering.ts';
import type { LaneMember, LaneOptions, LaneWatch } from './fast-lane-options.ts';
import { RequestScanner } from './fast-lane-request.ts';
import type { ScanOptions } from './fast-lane-request.ts';
import { HeadEnd } from './fast-lane-write.ts';

/** Which requests may take the fast lane, and who answers them. */
export type FastLaneRoute = Pick<ScanOptions, 'takesPath'> &
  Pick<LaneOptions, 'onRequest' | 'onReleased'> & {
    /** Which of them are counted, while they are. All unless set. */
    readonly counts?: LaneWatch['counts'] | undefined;
  };

/** What was counted in a while. */
export interface LaneCount {
  readonly requests: number;
  /** Those that had any. */
  readonly connections: readonly LaneMember[];
}

/** A head beyond this is nothing an SDK sends with an invoke. */
const MAX_HEAD_BYTES = 16 * 1024;
/** An idle connection is closed when its time is over, at most an eighth of that later. */
const AGES = 8;

/**
 * HTTP/1.1 for the one hot path, before node:http and at a fraction of its cost. It knows only plain requests;
 * everything it does not know, it hands on unread. So limits, timeouts and the defence against smuggled requests are
 * node:http's still. See docs/decisions/0002-fast-lane.md.
 */
export class FastLane {
  readonly #options: LaneOptions;
  readonly #connections = new Set<LaneMember>();
  readonly #ageEveryMs: number;
  #isClosing = false;
  #aging: NodeJS.Timeout | undefined;

  constructor({
    takesPath,
    maxHeadBytes,
    counts = () => true,
    ...options
  }: Omit<LaneOptions, 'onGone' | 'scanner' | 'room' | 'watch' | 'headEnds'> & FastLaneRoute & ScanOptions) {
    this.#options = {
      ...options,
      watch: { isOn: false, counts },
      scanner: new RequestScanner({
        takesPath,
        maxHeadBytes: Math.min(maxHeadBytes, MAX_HEAD_BYTES),
      }),
      room: new GatheringRoom(),
      headEnds: {
        last: new HeadEnd('Connection: close\r\n\r\n'),
        other: new HeadEnd(keepAliveLines(options.keepAliveTimeoutMs)),
      },
      onGone: (connection) => this.#forget(connection),
    };
    this.#ageEveryMs = Math.ceil(options.keepAliveTimeoutMs / AGES);
  }

  /** Takes a connection nothing has been read from, except what is emitted as its next `data`. */
  take(socket: Socket): void {
    const connection = new LaneConnection(socket, this.#options);
    this.#connections.add(connection);
    // A connection that was on its way: what follows at once is answered.
    if (this.#isClosing) setImmediate(() => this.#connections.has(connection) && connection.close());
    this.#aging ??= setInterval(() => this.#age(), this.#ageEveryMs).unref();
  }

  /** Counts requests from now on, or no more. */
  watch(isOn: boolean): void {
    this.#options.watch.isOn = isOn;
  }

  /** What came since the last time this was asked. */
  count(): LaneCount {
    const connections: LaneMember[] = [];
    let requests = 0;
    for (const connection of this.#connections) {
      requests += connection.counted;
      if (connection.counted > 0) connections.push(connection);
      connection.counted = 0;
    }
    return { requests, connections };
  }

  /** Gives connections away, each as soon as nothing of it is under way. To be asked again until none is left. */
  release(connections: Iterable<LaneMember> = this.#connections): void {
    for (const connection of connections) if (this.#connections.has(connection)) connection.release();
  }

  /** Closes idle connections now and the others after the answer under way; those that still come likewise. */
  close(): void {
    this.#isClosing = true;
    for (const connection of this.#connections) connection.close();
  }

  /** Connections with a request under way. */
  *running(): Iterable<Socket> {
    for (const { running } of this.#connections) if (running !== undefined) yield running;
  }

  #forget(connection: LaneMember): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#aging);
    this.#aging = undefined;
  }

  /** One timer for all: a socket's own would be set anew by every read and every write. */
  #age(): void {
    for (const connection of this.#connections) connection.age(AGES);
  }
}

function keepAliveLines(timeoutMs: number): string {
  return `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timeoutMs / 1000)}\r\n\r\n`;
}
