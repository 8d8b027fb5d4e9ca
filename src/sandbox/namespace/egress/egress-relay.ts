import type { ChildProcess } from 'node:child_process';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import { siblingOf, startSpawner } from '../../process/spawner-program.ts';
import type { RelayMessage } from './relay-messages.ts';

/** Two for each connection of a function. */
const OPEN_FILES = 262_144;
const RESTART_AFTER_MS = 200;
/** Datagrams of one network that are kept for a relay that is starting. */
const MOST_EARLY = 64;

/** Sockets in a network at which what is diverted arrives. */
export interface DivertedSockets {
  /** One for each kind of address that there is a way out for. */
  readonly connections: readonly Server[];
  readonly datagrams: DatagramSocket;
}

/**
 * The platform's side of the relay process, which is started with the first network. When it has ended another is started,
 * and gets sockets of every network there is; connections under way are lost.
 */
export class EgressRelay {
  readonly #allowed: readonly string[];
  readonly #networks = new Map<number, () => Promise<DivertedSockets>>();
  #child: ChildProcess | undefined;
  #nextKey = 1;
  #isStarted = false;
  #closed = false;

  /** @param allowed ranges of this machine's own addresses that functions may reach */
  constructor(allowed: readonly string[]) {
    this.#allowed = allowed;
  }

  /**
   * Serves a network from now on.
   * @param open makes its sockets, again whenever the relay had to be started again
   * @returns what ends it
   */
  async add(open: () => Promise<DivertedSockets>): Promise<() => void> {
    const key = this.#nextKey;
    this.#nextKey += 1;
    // What is told before it is up waits for it in its channel.
    if (!this.#isStarted && !this.#closed) this.#start();
    this.#networks.set(key, open);
    await this.#hand(key, open);
    return () => {
      this.#networks.delete(key);
      this.#tell({ kind: 'forget', key });
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.connected) child.disconnect();
    await gone;
  }

  #start(): void {
    this.#isStarted = true;
    const program = { main: siblingOf(import.meta.url, 'relay-main'), prefix: [], openFiles: OPEN_FILES };
    const child = startSpawner(program, this.#allowed.join(','));
    this.#child = child;
    const lost = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (!this.#closed) setTimeout(() => this.#restart(), RESTART_AFTER_MS).unref();
    };
    child.once('error', lost);
    child.once('exit', lost);
  }

  #restart(): void {
    if (this.#closed) return;
    this.#start();
    for (const [key, open] of this.#networks) {
      // The one network that cannot be served any more has gone with its sandbox.
      this.#hand(key, open).catch(() => undefined);
    }
  }

  async #hand(key: number, open: () => Promise<DivertedSockets>): Promise<void> {
    const { connections, datagrams } = await open();
    // Given up meanwhile: nobody would ever take them from the relay again.
    if (!this.#networks.has(key)) {
      for (const socket of [...connections, datagrams]) socket.close();
      return;
    }
    for (const listener of connections) this.#tell({ kind: 'connections', key }, listener);
    this.#tell({ kind: 'datagrams', key }, datagrams);
    // Handles wait for a relay that is only starting, and meanwhile this process hears what they hear.
    let left = MOST_EARLY;
    datagrams.on('message', (bytes, { address, port }) => {
      left -= 1;
      const from = { address, port };
      if (left >= 0) this.#tell({ kind: 'early', key, bytes: bytes.toString('base64'), from });
    });
  }

  /** Without a relay the message is lost: the next one is told of everything anyway. */
  #tell(message: RelayMessage, handle?: Server | DatagramSocket): void {
    const child = this.#child;
    const sent = (): void => void handle?.close();
    if (child?.connected === true) child.send(message, handle, {}, sent);
    else sent();
  }
}
