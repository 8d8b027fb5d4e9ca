import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { awaitFirstBytes } from '../../aws/first-bytes.ts';
import { StartError } from '../start-error.ts';
import type { RelaySettings } from './relay.ts';
import { relayHeadBytes, SECRET_BYTES, tellOf } from './relay-head.ts';

/** A worker says at once whose connection it is. */
const HEAD_WITHIN_MS = 20_000;

/** Where workers bring connections that they speak TLS on and that are not theirs to answer: a socket of the file system. */
export class RelayDoor {
  /** For workers, and nobody else. */
  readonly way: RelaySettings;
  readonly #server: Server;

  private constructor(server: Server, way: RelaySettings) {
    this.#server = server;
    this.way = way;
  }

  /**
   * @param directory where nobody else looks
   * @param onConnection gets one that tells of its client as a TLS socket would, and what was read of it
   */
  static async open(
    directory: string,
    onConnection: (socket: Socket, read: Buffer) => void,
  ): Promise<RelayDoor> {
    const secret = randomBytes(SECRET_BYTES);
    const path = join(directory, 'relay');
    // Whether a client that has said all it has to say waits for an answer is for others to judge.
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      awaitFirstBytes(socket, HEAD_WITHIN_MS, (read) => {
        const bytes = relayHeadBytes(read, secret);
        if (bytes === undefined) return () => socket.destroy();
        if (bytes > read.length) return bytes;
        return () => onConnection(tellOf(socket, read.subarray(0, bytes)), read.subarray(bytes));
      });
    });
    try {
      await once(server.listen(path), 'listening');
    } catch (error) {
      // Most likely its name is too long for the system.
      throw new StartError(
        `Workers can't be reached at ${path}: ${String(error)}. Name another directory with TMPDIR.`,
      );
    }
    // The port says how long the platform lives.
    server.unref();
    return new RelayDoor(server, { path, secret });
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#server.close();
  }
}
