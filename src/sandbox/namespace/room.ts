import { killGroup, type SpawnedGroup } from '../process/spawner.ts';
import type { SandboxCommand } from '../sandbox.ts';
import { READY } from './launch.ts';
import type { SandboxNetwork } from './network/sandbox-network.ts';

/**
 * The namespaces of one sandbox: kept by a process that does nothing, so that programs come and go in them and none of
 * them holds the others' lives. Ends with the last program, and what programs left behind ends with it.
 */
export class Room {
  /** The directory of the files that stand for its namespaces, for programs that the warden starts. */
  readonly namespaces: string;
  readonly ended: Promise<void>;
  readonly #group: SpawnedGroup;
  readonly #network: SandboxNetwork;
  #programs = 0;
  #isOver = false;

  private constructor(
    group: SpawnedGroup,
    network: SandboxNetwork,
    namespaces: string,
    release: () => Promise<void>,
  ) {
    this.#group = group;
    this.#network = network;
    this.namespaces = namespaces;
    this.ended = this.#end(release);
  }

  /** Resolves when everything is mounted. Rejects with what bubblewrap said. */
  static async open(network: SandboxNetwork, argv: readonly [string, ...string[]]): Promise<Room> {
    const group = await network.start({ argv, env: {}, cwd: '/', channel: false });
    try {
      const { warden } = network;
      const { descriptor, namespaces } = await warden.hold(await readyProcess(group));
      // A warden that has gone holds nothing.
      return new Room(group, network, namespaces, () => warden.release(descriptor).catch(() => undefined));
    } catch (error) {
      killGroup(group.pid);
      throw error;
    }
  }

  /** A program is about to start in it. False when it is too late for that. */
  enter(): boolean {
    if (this.#isOver) return false;
    this.#programs += 1;
    return true;
  }

  /** Starts a program in the sandbox's network, from where it is to go on into the room. */
  async start(command: SandboxCommand): Promise<SpawnedGroup> {
    return await this.#network.start(command);
  }

  /** A program has ended, or did not start. */
  leave(): void {
    this.#programs -= 1;
    this.closeIfEmpty();
  }

  closeIfEmpty(): void {
    if (this.#programs === 0) this.close();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    killGroup(this.#group.pid);
  }

  async #end(release: () => Promise<void>): Promise<void> {
    await this.#group.exited;
    this.#isOver = true;
    this.#group.output.destroy();
    await release();
  }
}

/** The host's number of the first process inside. */
async function readyProcess({ output }: SpawnedGroup): Promise<number> {
  const ready = Promise.withResolvers<void>();
  let said = '';
  output.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.endsWith(READY)) ready.resolve();
  });
  output.once('close', () => ready.reject(new Error(`bubblewrap made no sandbox: ${said.trim()}`)));
  await ready.promise;
  return Number(/"child-pid": (\d+)/.exec(said)?.[1]);
}
