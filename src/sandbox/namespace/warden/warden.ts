import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { type SpawnedGroup, Spawner } from '../../process/spawner.ts';
import { type SpawnerProgram, siblingOf } from '../../process/spawner-program.ts';
import type { SandboxCommand } from '../../sandbox.ts';
import type {
  HeldProcess,
  ScratchMedium,
  ScratchRequest,
  Surroundings,
  WardenQuestion,
  WayOut,
} from './warden-messages.ts';

/** The warden holds descriptors for every sandbox; functions get a limit of their own when they are launched. */
const OPEN_FILES = 65_536;

/** The platform's side of one warden process. Once it has gone, `alive` is false and another must be made. */
export class Warden {
  readonly #spawner: Spawner;

  /**
   * @param unshare path of the program
   * @param groups directories of control groups that go when the platform is killed
   */
  constructor(unshare: string, groups: readonly string[]) {
    this.#spawner = new Spawner(program(unshare));
    // A warden that has ended already is noticed by whoever wants something of it.
    this.#ask({ kind: 'groups', directories: groups }).catch(() => undefined);
  }

  get alive(): boolean {
    return this.#spawner.alive;
  }

  /** Rejects when the warden cannot do its work on this machine. */
  async open(): Promise<void> {
    await this.#ask({ kind: 'hello' });
  }

  /** Makes a directory one whose later mounts appear in the sandboxes that show it, started from now on. */
  async share(directory: string): Promise<void> {
    await this.#ask({ kind: 'share', directory });
  }

  /** Shows a directory of the host, read-only, at a shared one and with it inside the sandboxes that show that. */
  async attach(source: string, directory: string): Promise<void> {
    await this.#ask({ kind: 'attach', source, directory });
  }

  /** Undoes `share` and `attach`. */
  async detach(directory: string): Promise<void> {
    await this.#ask({ kind: 'detach', directory });
  }

  /** Mounts an empty file system that holds no more than its limit, over the one before if there is any. */
  async scratch(request: ScratchRequest): Promise<ScratchMedium> {
    return (await this.#ask({ kind: 'scratch', ...request })) as ScratchMedium;
  }

  async clearScratch(directory: string): Promise<void> {
    await this.#ask({ kind: 'clear-scratch', directory });
  }

  /** Keeps the namespaces of a process reachable until they are released, whatever becomes of its number. */
  async hold(pid: number): Promise<HeldProcess> {
    return (await this.#ask({ kind: 'hold', pid })) as HeldProcess;
  }

  async release(descriptor: number): Promise<void> {
    await this.#ask({ kind: 'release', descriptor });
  }

  /** Makes a network for one sandbox; undefined: without a way to everywhere else. Its number is the answer. */
  async network(wayOut: WayOut | undefined): Promise<number> {
    return Number(await this.#ask({ kind: 'network', wayOut }));
  }

  /** A socket that accepts what programs in a network connect to: for `listen` of a server. */
  async listener(network: number, host: string, port: number): Promise<Server> {
    return (await this.#handle({ kind: 'listen', network, host, port })) as Server;
  }

  /** A socket that receives what programs in a network send. */
  async receiver(network: number, host: string, port: number): Promise<DatagramSocket> {
    return (await this.#handle({ kind: 'receive', network, host, port })) as DatagramSocket;
  }

  /** Connects to what listens on loopback of a network; rejects when nobody accepts there soon. */
  async connect(network: number, port: number): Promise<Socket> {
    return (await this.#handle({ kind: 'connect', network, port })) as Socket;
  }

  /** Gives a network up: it goes with the last program and socket in it. */
  async forget(network: number): Promise<void> {
    await this.#ask({ kind: 'forget', network });
  }

  /** Rejects with the failed system call's error (`code`) when the program cannot be started. */
  async start(command: SandboxCommand, surroundings: Surroundings): Promise<SpawnedGroup> {
    return await this.#spawner.start(command, surroundings);
  }

  async close(): Promise<void> {
    await this.#spawner.close();
  }

  async #ask(question: WardenQuestion): Promise<unknown> {
    return (await this.#spawner.ask(question)).value;
  }

  async #handle(question: WardenQuestion): Promise<unknown> {
    return (await this.#spawner.ask(question)).handle;
  }
}

function program(unshare: string): SpawnerProgram {
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return {
    main: siblingOf(import.meta.url, 'warden-main'),
    // What is mounted on the host later is seen by functions; what is mounted here is not seen by the host.
    prefix: [unshare, ...asUser, '--net', '--mount', '--propagation', 'slave'],
    openFiles: OPEN_FILES,
    limitsCores: true,
  };
}
