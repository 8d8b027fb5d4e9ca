import type { Socket } from 'node:net';

/** Unanswered, on one connection of node:http. What comes with those in one piece is read all the same. */
const MOST = 64;

/** A connection, by node:http's own names for what it does when answers wait to be written. */
interface HeldSocket {
  _paused?: boolean;
  readonly parser?: { resume(): void } | null;
}

/**
 * Requests that are sent ahead of their answers. node:http begins all that it can read, however many there are: a few megabytes
 * of them would take gigabytes. It can wait, and has no public call for that.
 */
export class SentAhead {
  readonly #unanswered = new WeakMap<Socket, number>();
  readonly #held = new WeakSet<Socket>();

  begin(socket: Socket): void {
    const unanswered = (this.#unanswered.get(socket) ?? 0) + 1;
    this.#unanswered.set(socket, unanswered);
    if (unanswered < MOST) return;
    this.#held.add(socket);
    // oxlint-disable-next-line no-underscore-dangle -- Node's own name
    (socket as HeldSocket)._paused = true;
    socket.pause();
  }

  end(socket: Socket): void {
    const unanswered = (this.#unanswered.get(socket) ?? 0) - 1;
    this.#unanswered.set(socket, unanswered);
    if (unanswered > MOST / 2 || !this.#held.delete(socket) || socket.destroyed) return;
    const held = socket as HeldSocket;
    // oxlint-disable-next-line no-underscore-dangle -- Node's own name
    held._paused = false;
    held.parser?.resume();
    socket.resume();
  }
}
