import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxNetwork } from '../namespace/network/sandbox-network.ts';
import { type GroupExit, killGroup, type SpawnedGroup } from '../process/spawner.ts';
import type { SandboxCommand } from '../sandbox.ts';
import { processDescription } from './bundle.ts';
import { bundleOf, runscCommand, type RunscPlace } from './runsc.ts';

/** A shell has one thread, and all that follows is inside its limits from its start. None may run outside them. */
const JOIN = 'set -f; for group in $1; do echo 0 >"$group" || exit 125; done';
const START_SANDBOX = `${JOIN}; shift; exec "$@"`;
/** With what runsc itself says in a file: a function's output is its own. */
const START_PROGRAM = `${JOIN}; log=$2; shift 2; exec 4>&1 >>"$log" 2>&1; exec "$@"`;
/** SIGKILL to every process of the function's user but this one, until there is none: it may be forking. */
const KILL_ALL = 'n=0; while [ $n -lt 1000 ] && kill -9 -1 2>/dev/null; do n=$((n+1)); done; exit 0';
/** A sandbox that takes longer to follow orders is ended as a whole. */
const KILL_LIMIT_MS = 5000;

export interface ContainerPlace extends RunscPlace {
  /** By which a program enters the sandbox's control groups; no white space in them. */
  readonly joinFiles: readonly string[];
}

/** A program inside, and the host's process that waits for it. */
export interface Program {
  readonly waiter: SpawnedGroup;
  /** Its number inside; undefined before it has started and when it could not be. */
  pid(): Promise<string | undefined>;
}

/** A gVisor sandbox that runs: runsc's processes on the host, and in it a first process that only waits. */
export class Container {
  /** Settles when the sandbox has gone, and with it all its programs. */
  readonly ended: Promise<void>;
  readonly #place: ContainerPlace;
  readonly #network: SandboxNetwork;
  readonly #group: SpawnedGroup;
  readonly #log: string;
  #started = 0;
  #alive = true;

  private constructor(place: ContainerPlace, network: SandboxNetwork, group: SpawnedGroup) {
    this.#place = place;
    this.#network = network;
    this.#group = group;
    this.#log = join(place.directory, 'log');
    this.ended = group.exited.then(() => this.#end());
  }

  /** Whether programs can still be started in it. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Of `runsc run`, under which all host processes of the sandbox are. */
  get pid(): number {
    return this.#group.pid;
  }

  /** Makes a sandbox of the bundle. Rejects with what runsc says when it cannot. */
  static async start(place: ContainerPlace, network: SandboxNetwork): Promise<Container> {
    await rm(join(place.directory, 'state'), { recursive: true, force: true });
    await mkdir(join(place.directory, 'state'), { mode: 0o700 });
    const run = runscCommand(place, 'run', [`--bundle=${bundleOf(place)}`]);
    const argv = ['/bin/sh', '-c', START_SANDBOX, 'sh', place.joinFiles.join(' '), ...run] as const;
    const group = await network.start({ argv, env: {}, cwd: '/', channel: false });
    const said = await firstWords(group);
    if (said !== '\n') throw new Error(`runsc could not make a sandbox: ${said.trim()}`);
    return new Container(place, network, group);
  }

  async exec({ channel, ...command }: SandboxCommand): Promise<Program> {
    this.#started += 1;
    const description = join(this.#place.directory, `${this.#started}.json`);
    const pidFile = join(this.#place.directory, `${this.#started}.pid`);
    // Not in a command line, which everybody on the host can read: variables may be secrets.
    await writeFile(description, processDescription(command), { mode: 0o600 });
    const options = [`--process=${description}`, `--internal-pid-file=${pidFile}`];
    const descriptors = ['4:1', '4:2', ...(channel ? ['3:3', '5:5'] : [])].map((pair) => `--pass-fd=${pair}`);
    const argv = runscCommand(this.#place, 'exec', [...options, ...descriptors]);
    const script = [
      '/bin/sh',
      '-c',
      START_PROGRAM,
      'sh',
      this.#place.joinFiles.join(' '),
      this.#log,
    ] as const;
    const waiter = await this.#network.start({ argv: [...script, ...argv], env: {}, cwd: '/', channel });
    void removeAfter(waiter, [description, pidFile]);
    return { waiter, pid: async () => await readPid(pidFile) };
  }

  /** SIGTERM to one program. */
  async terminate(program: Program): Promise<void> {
    const pid = await program.pid();
    if (pid === undefined || !this.#alive) return;
    const argv = runscCommand(this.#place, 'kill', [`--pid=${pid}`], ['TERM']);
    await this.#finish(await this.#network.start({ argv, env: {}, cwd: '/', channel: false }));
  }

  /**
   * SIGKILL to a program and what is in its process group; without one to every program, wherever its processes went.
   * @returns whether it could be done: a sandbox at its limits may take no order any more
   */
  async killAll(program: Program | undefined): Promise<boolean> {
    try {
      return await this.#killAll(program);
    } catch {
      // Who starts programs has ended, and the sandbox with it.
      return false;
    }
  }

  async #killAll(program: Program | undefined): Promise<boolean> {
    const pid = await program?.pid();
    const script = program === undefined ? KILL_ALL : `kill -9 -${pid ?? ''} 2>/dev/null; exit 0`;
    const { waiter } = await this.exec({
      argv: ['/bin/sh', '-c', script],
      env: { PATH: '/usr/bin:/bin', HOME: '/' },
      cwd: '/',
      channel: false,
    });
    const late = setTimeout(() => killGroup(waiter.pid), KILL_LIMIT_MS);
    const exit = await this.#finish(waiter);
    clearTimeout(late);
    return exit.code === 0;
  }

  /** Ends the sandbox at once, whatever it does. */
  kill(): void {
    this.#end();
    killGroup(this.#group.pid);
  }

  #end(): void {
    this.#alive = false;
  }

  async #finish(group: SpawnedGroup): Promise<GroupExit> {
    const chunks: Buffer[] = [];
    group.output.on('data', (chunk: Buffer) => chunks.push(chunk));
    const exit = await group.exited;
    if (chunks.length > 0) await appendFile(this.#log, Buffer.concat(chunks)).catch(() => undefined);
    group.output.destroy();
    return exit;
  }
}

/** What a sandbox says first: the line of its first process, or why there is none. */
async function firstWords(group: SpawnedGroup): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let said = '';
  group.output.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.startsWith('\n')) resolve('\n');
  });
  group.output.once('close', () => resolve(said));
  void group.exited.then(() => setImmediate(() => resolve(said)));
  return await promise;
}

async function removeAfter({ exited }: SpawnedGroup, files: readonly string[]): Promise<void> {
  await exited;
  for (const file of files) await rm(file, { force: true });
}

async function readPid(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^\d+$/.exec(text.trim())?.[0];
}
