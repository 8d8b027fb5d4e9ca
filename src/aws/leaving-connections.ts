import type { Socket } from 'node:net';

const LOOK_MS = 1000;
/** A request that is coming has to come at a kibibyte a second, over so many looks. */
const ASKING_LOOKS = 5;
const ASKING_BYTES = 5 * 1024;
/** A client that has to take its answer takes some of it within so many. */
const ANSWERED_LOOKS = 30;

interface Handle {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

interface Seen {
  readonly bytes: number;
  readonly looks: number;
}

/**
 * The connections of a process that leaves. It waits for those with something to answer, and ends those that it would
 * wait for in vain: whose client does not go on with its request, or does not take its answer.
 */
export class LeavingConnections {
  readonly #seen = new WeakMap<Socket, Seen>();
  readonly #looking: NodeJS.Timeout;

  /**
   * @param sockets those there are; as TCP has them, whatever is spoken on them
   * @param running asked for those on which something is under way that nobody but this process delays
   */
  constructor(sockets: ReadonlySet<Socket>, running: () => ReadonlySet<Socket>) {
    this.#looking = setInterval(() => this.#look(sockets, running()), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  #look(sockets: ReadonlySet<Socket>, running: ReadonlySet<Socket>): void {
    for (const socket of sockets) {
      if (running.has(socket)) this.#seen.delete(socket);
      else if (this.#isStuck(socket)) socket.destroy();
    }
  }

  #isStuck(socket: Socket): boolean {
    const handle = handleOf(socket);
    if (handle === undefined) return false;
    const bytes = handle.bytesRead + handle.bytesWritten - handle.writeQueueSize;
    const before = this.#seen.get(socket);
    const isAnswered = handle.writeQueueSize > 0;
    if (before === undefined || bytes - before.bytes >= (isAnswered ? 1 : ASKING_BYTES)) {
      this.#seen.set(socket, { bytes, looks: 0 });
      return false;
    }
    const looks = before.looks + 1;
    this.#seen.set(socket, { bytes: before.bytes, looks });
    return looks >= (isAnswered ? ANSWERED_LOOKS : ASKING_LOOKS);
  }
}

/** The connection itself, of one that may be TLS's. Node.js says it by a name of its own only. */
export function tcpOf(socket: Socket): Socket {
  // oxlint-disable-next-line no-underscore-dangle -- Node's own name
  const { _parent: tcp } = socket as unknown as { readonly _parent?: Socket | null };
  return tcp ?? socket;
}

/** What has been read and written so far: Node.js tells of parts of what it writes only here. */
function handleOf(socket: Socket): Handle | undefined {
  // oxlint-disable-next-line no-underscore-dangle -- Node's own name
  const { _handle: handle } = socket as unknown as { readonly _handle: Handle | null };
  return handle ?? undefined;
}
