import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import type { Cgroups } from '../cgroup/cgroups.ts';
import { exitInside } from '../exit-inside.ts';
import type { MemoryWatchdog } from '../process/memory-watchdog.ts';
import { killGroup, signalProcess, type SpawnedGroup } from '../process/spawner.ts';
import type {
  Sandbox,
  SandboxCommand,
  SandboxExit,
  SandboxLimits,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
  SharedDirectory,
} from '../sandbox.ts';
import type { NamespaceTools } from './bubblewrap-arguments.ts';
import { Enforcement, programOf } from './enforcement.ts';
import { type Launch, programCommand, roomCommand, writeCommand, writeRoot } from './launch.ts';
import { LateMounts } from './late-mounts.ts';
import { LastingNetwork } from './network/lasting-network.ts';
import type { SandboxNetwork } from './network/sandbox-network.ts';
import { refuseUnstartable } from './program-check.ts';
import { Room } from './room.ts';
import { Rooms } from './rooms.ts';
import { Scratch } from './scratch.ts';
import { WaitingShell } from './waiting-shell.ts';
import type { ScratchMedium } from './warden/warden-messages.ts';

export interface NamespaceSandboxParts {
  readonly spec: SandboxSpec;
  readonly tools: NamespaceTools;
  /** User and group on the host, of this sandbox alone; undefined where the platform is an ordinary user. */
  readonly uid: number | undefined;
  /** One that nobody else has. */
  readonly takeNetwork: () => Promise<SandboxNetwork>;
  readonly cgroups: Cgroups;
  readonly watchdog: MemoryWatchdog;
  readonly onDestroyed: () => void;
}

interface Prepared {
  readonly enforcement: Enforcement;
  readonly launch: Launch;
}

/** Process trees in namespaces of their own: paths inside are what they are on AWS. */
export class NamespaceSandbox implements Sandbox {
  readonly id: string;
  readonly #parts: NamespaceSandboxParts;
  readonly #launchFiles: string;
  readonly #late: LateMounts;
  readonly #rooms = new Rooms(async () => await this.#openRoom());
  readonly #starting = new Set<Promise<unknown>>();
  readonly #running = new Map<number, SpawnedGroup>();
  /** What is visible inside, from the start or since `attach`. */
  #shared: readonly SharedDirectory[];
  readonly #scratch: Scratch;
  readonly #network: LastingNetwork;
  readonly connect: Sandbox['connect'] = (port) => this.#network.connect(port);
  readonly listenBeside: Sandbox['listenBeside'] = (...side) => this.#network.listenBeside(...side);
  #prepared: Prepared | undefined;
  #waiting: WaitingShell | undefined;
  #complete: Promise<void> | undefined;
  #started = 0;

  constructor(parts: NamespaceSandboxParts) {
    this.id = parts.spec.id;
    this.#parts = parts;
    this.#network = new LastingNetwork(parts.takeNetwork);
    // Beside the scratch directory, so that whoever sweeps those after a crash takes it along.
    this.#launchFiles = `${parts.spec.scratchDirectory}.launch`;
    this.#late = new LateMounts(parts.spec, `${parts.spec.scratchDirectory}.late`);
    this.#shared = parts.spec.readOnlyDirectories;
    this.#scratch = new Scratch({
      directory: parts.spec.scratchDirectory,
      limitMb: parts.spec.limits.scratchMb,
      uid: parts.uid,
    });
  }

  async prepare(): Promise<void> {
    const { spec, tools, uid, cgroups, watchdog } = this.#parts;
    const enforcement = await Enforcement.create(cgroups, watchdog, spec.id, spec.limits);
    const { joins } = enforcement;
    const hasGroupForProcesses = cgroups.has('processes');
    const launch = { directory: this.#launchFiles, spec, tools, uid, joins, hasGroupForProcesses };
    this.#prepared = { enforcement, launch };
    await writeRoot(launch, this.#late.directories);
  }

  /** Makes the namespaces now rather than with the first program, and does for that what can be done ahead of it. */
  async open(): Promise<void> {
    if (!this.#parts.tools.shellWaits) await this.#rooms.ready();
    else this.#waiting = await WaitingShell.start((command) => this.#spawn(command));
  }

  /** As `attach`, but only programs wait for it, and hear of its failure. False: what keeps its network and mounts has gone. */
  completeBehind(directories: readonly SharedDirectory[], limits: SandboxLimits): boolean {
    if (!this.#network.alive) return false;
    this.#complete = this.attach(directories, limits);
    this.#complete.catch(() => undefined);
    return true;
  }

  pathInside(sandboxPath: string): string {
    return sandboxPath;
  }

  async exec(command: SandboxCommand): Promise<SandboxProcess> {
    return await this.#start(command, true);
  }

  async execBeside(command: SandboxCommand): Promise<SandboxProcess> {
    return await this.#start(command, false);
  }

  async listen(server: Server): Promise<string> {
    return await this.#network.listen(server);
  }

  async attach(directories: readonly SharedDirectory[], limits: SandboxLimits): Promise<void> {
    this.#shared = [...this.#shared, ...directories];
    // The limits are set while the warden mounts.
    await Promise.all([this.#late.attach(directories), this.#limit(limits)]);
  }

  boost(isBoosted: boolean): void {
    this.#ready.enforcement.boost(isBoosted);
  }

  standBack(): void {
    this.#ready.enforcement.standBack();
  }

  freeze(): void {
    this.#ready.enforcement.freeze();
  }

  thaw(): void {
    this.#ready.enforcement.thaw();
  }

  /** Known once a program has been started. */
  get scratchMedium(): ScratchMedium | undefined {
    return this.#scratch.medium;
  }

  stats(): SandboxStats {
    return { memoryPeakBytes: this.#ready.enforcement.memoryPeakBytes() };
  }

  /** Its file system is no larger. */
  async scratchOverflows(): Promise<boolean> {
    return false;
  }

  async destroy(): Promise<void> {
    this.#rooms.close();
    await Promise.allSettled([this.#complete, ...this.#starting]);
    const running = [...this.#running.values()];
    for (const { pid } of running) killGroup(pid);
    this.#prepared?.enforcement.thaw();
    await Promise.all(running.map(({ exited }) => exited));
    await this.#rooms.ended();
    await this.#prepared?.enforcement.remove();
    this.#network.close();
    await Promise.all([this.#late.remove(), this.#scratch.remove()]);
    await rm(this.#launchFiles, { recursive: true, force: true });
    this.#parts.onDestroyed();
  }

  async #limit(limits: SandboxLimits): Promise<void> {
    this.#ready.enforcement.limit(limits);
    await this.#scratch.limit(limits.scratchMb);
  }

  async #start(command: SandboxCommand, isMain: boolean): Promise<SandboxProcess> {
    const started = this.#startProgram(command, isMain).finally(() => this.#starting.delete(started));
    this.#starting.add(started);
    return await started;
  }

  async #startProgram(command: SandboxCommand, isMain: boolean): Promise<SandboxProcess> {
    refuseUnstartable(command.argv[0], this.#shared);
    await this.#complete;
    const waiting = isMain ? this.#waiting : undefined;
    if (waiting !== undefined) this.#waiting = undefined;
    return this.#follow(waiting?.become(command) ?? (await this.#spawn(command)), isMain);
  }

  async #spawn(command: SandboxCommand): Promise<SpawnedGroup> {
    const room = await this.#rooms.enter();
    const file = `${this.#launchFiles}/${(this.#started += 1)}`;
    try {
      await writeCommand(file, command);
      const argv = programCommand(this.#ready.launch, room.namespaces, file, command.argv);
      const spawned = await room.start({ argv, env: {}, cwd: '/', channel: command.channel });
      this.#running.set(spawned.pid, spawned);
      void spawned.exited.then(() => {
        this.#running.delete(spawned.pid);
        room.leave();
        return rm(file, { force: true });
      });
      return spawned;
    } catch (error) {
      room.leave();
      throw error;
    }
  }

  #follow(spawned: SpawnedGroup, isMain: boolean): SandboxProcess {
    const { enforcement } = this.#ready;
    const tree = enforcement.follow(spawned, isMain);
    const exited = spawned.exited.then((outside): SandboxExit => {
      const exit = outside.code === null ? outside : exitInside(outside.code);
      return { ...exit, outOfMemory: tree.end(exit) };
    });
    return {
      channel: spawned.channel,
      answers: spawned.answers,
      output: spawned.output,
      exited,
      setActive: (active) => tree.setActive(active),
      terminate: () => {
        if (this.#running.has(spawned.pid)) signalProcess(programOf(spawned) ?? spawned.pid, 'SIGTERM');
        enforcement.thaw();
      },
      // In this order, so that none of its code runs once more; some kernels kill only what is not frozen.
      kill: () => {
        if (this.#running.has(spawned.pid)) killGroup(spawned.pid);
        enforcement.thaw();
      },
    };
  }

  async #openRoom(): Promise<Room> {
    const network = await this.#network.living();
    await this.#late.prepare(network.warden);
    await this.#scratch.prepare(network.warden);
    return await Room.open(network, roomCommand(this.#ready.launch));
  }

  get #ready(): Prepared {
    if (this.#prepared === undefined) throw new Error(`Sandbox ${this.id} is not prepared.`);
    return this.#prepared;
  }
}
