import type { Socket } from 'node:net';
import { LaneConnection } from './fast-lane-connection.ts';
import type { LaneOptions } from './fast-lane-connection.ts';
import { GatheringRoom } from './fast-lane-gathering.ts';
import { RequestScanner } from './fast-lane-request.ts';
import type { ScanOptions } from './fast-lane-request.ts';

/** Which requests may take the fast lane, and who answers them. */
export type FastLaneRoute = Pick<ScanOptions, 'takesPath'> & Pick<LaneOptions, 'onRequest'>;

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
  readonly #connections = new Set<LaneConnection>();
  readonly #ageEveryMs: number;
  #aging: NodeJS.Timeout | undefined;

  constructor({
    takesPath,
    maxHeadBytes,
    maxBodyBytes,
    ...options
  }: Omit<LaneOptions, 'onGone' | 'scanner' | 'room'> & ScanOptions) {
    this.#options = {
      ...options,
      scanner: new RequestScanner({
        takesPath,
        maxHeadBytes: Math.min(maxHeadBytes, MAX_HEAD_BYTES),
        maxBodyBytes,
      }),
      room: new GatheringRoom(),
      onGone: (connection) => this.#forget(connection),
    };
    this.#ageEveryMs = Math.ceil(options.keepAliveTimeoutMs / AGES);
  }

  /** Takes a connection nothing has been read from, except what is emitted as its next `data`. */
  take(socket: Socket): void {
    this.#connections.add(new LaneConnection(socket, this.#options));
    this.#aging ??= setInterval(() => this.#age(), this.#ageEveryMs).unref();
  }

  /** Closes idle connections now and the others after the answer under way. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #forget(connection: LaneConnection): void {
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
