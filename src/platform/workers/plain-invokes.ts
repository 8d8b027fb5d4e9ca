import type { Socket } from 'node:net';
import type { WholeRequest } from '../../aws/fast-lane-request.ts';
import type { ChangeFeed } from '../../store/change-feed.ts';
import { Elsewhere } from './elsewhere.ts';

/** Which requests of the fast lane workers answer. */
export class PlainInvokes {
  readonly #elsewhere = new Elsewhere();
  /** Connections that have come back for good. */
  readonly #settled = new WeakSet<Socket>();

  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    this.#elsewhere.follow(changes);
  }

  has(request: WholeRequest): boolean {
    const type = request.header('x-amz-invocation-type');
    if (type !== undefined && type !== 'RequestResponse') return false;
    return !this.isElsewhere(request.url) && !this.#settled.has(request.socket);
  }

  /** @param url of an Invoke, as sent */
  isElsewhere(url: string): boolean {
    return this.#elsewhere.has(url);
  }

  /** What comes on this connection is for the main process. */
  settle(socket: Socket): void {
    this.#settled.add(socket);
  }

  clear(): void {
    this.#elsewhere.clear();
  }
}
