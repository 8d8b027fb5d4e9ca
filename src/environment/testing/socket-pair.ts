import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SocketPair {
  /** The platform's end. */
  readonly near: Socket;
  /** Not read yet. */
  readonly far: Socket;
}

/** Makes pairs of connected sockets in the file system, as runtimes have. */
export class SocketPairs {
  readonly #directory = mkdtempSync(join(tmpdir(), 'lambent-channel-'));
  readonly #server = createServer({ pauseOnConnect: true });

  async listen(): Promise<void> {
    this.#server.listen(join(this.#directory, 's'));
    await once(this.#server, 'listening');
  }

  async make(): Promise<SocketPair> {
    const near = connect(join(this.#directory, 's'));
    const [far] = (await once(this.#server, 'connection')) as [Socket];
    return { near, far };
  }

  close(): void {
    this.#server.close();
    rmSync(this.#directory, { recursive: true });
  }
}
