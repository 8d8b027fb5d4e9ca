import { rm } from 'node:fs/promises';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type { Cgroups } from '../cgroup/cgroups.ts';
import { exitInside } from '../exit-inside.ts';
import { LastingNetwork } from '../namespace/network/lasting-network.ts';
import type { SandboxNetwork } from '../namespace/network/sandbox-network.ts';
import { refuseUnstartable } from '../namespace/program-check.ts';
import type { MemoryWatchdog } from '../process/memory-watchdog.ts';
import { killGroup } from '../process/spawner.ts';
import type {
  Sandbox,
  SandboxCommand,
  SandboxExit,
  SandboxLimits,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
  SharedDirectory,
  SidePort,
} from '../sandbox.ts';
import { clearScratch, rootOf, writeBundle } from './bundle.ts';
import { Container, type Program } from './container.ts';
import { GvisorLimits } from './gvisor-limits.ts';
import type { GvisorTools } from './gvisor-tools.ts';
import { LateRoot } from './late-root.ts';
import { bundleOf, type RunscPlace } from './runsc.ts';

/** How runsc ends when it is not the program that did. */
const RUNSC_FAILED = 128;

export interface GvisorSandboxParts {
  readonly spec: SandboxSpec;
  readonly tools: GvisorTools;
  /** One that nobody else has. */
  readonly takeNetwork: () => Promise<SandboxNetwork>;
  readonly cgroups: Cgroups;
  readonly watchdog: MemoryWatchdog;
  readonly onDestroyed: () => void;
}

/**
 * A kernel of its own for each sandbox, which is an ordinary program to the host's. It starts with the first program
 * and stays, so that /tmp does, until the sandbox is destroyed or its kernel ends; then the next program starts another.
 */
export class GvisorSandbox implements Sandbox {
  readonly id: string;
  readonly #parts: GvisorSandboxParts;
  readonly #place: RunscPlace;
  readonly #late: LateRoot;
  readonly #network: LastingNetwork;
  readonly #programs = new Set<Program>();
  /** What is visible inside, from the start or since `attach`. */
  #shared: readonly SharedDirectory[];
  #limits: GvisorLimits | undefined;
  #container: Promise<Container> | undefined;
  /** The end of what programs left behind. */
  #swept: Promise<void> = Promise.resolve();
  #isFrozen = false;
  #isDestroyed = false;

  constructor(parts: GvisorSandboxParts) {
    const { spec, tools } = parts;
    this.id = spec.id;
    this.#parts = parts;
    this.#network = new LastingNetwork(parts.takeNetwork);
    this.#shared = spec.readOnlyDirectories;
    // Beside the scratch directory, so that whoever sweeps those after a crash takes it along.
    this.#place = { runsc: tools.runsc, directory: `${spec.scratchDirectory}.gvisor` };
    this.#late = new LateRoot(spec, rootOf(bundleOf(this.#place)));
  }

  async prepare(): Promise<void> {
    const { spec, tools, cgroups, watchdog } = this.#parts;
    this.#limits = await GvisorLimits.create(cgroups, watchdog, spec.id, spec.limits);
    await writeBundle(bundleOf(this.#place), spec, tools);
  }

  pathInside(sandboxPath: string): string {
    return sandboxPath;
  }

  async exec(command: SandboxCommand): Promise<SandboxProcess> {
    return await this.#start(command);
  }

  async execBeside(command: SandboxCommand): Promise<SandboxProcess> {
    return await this.#start(command);
  }

  async listen(server: Server): Promise<string> {
    return await this.#network.listen(server);
  }

  async listenBeside(server: Server, onDatagrams: (socket: DatagramSocket) => void): Promise<SidePort> {
    return await this.#network.listenBeside(server, onDatagrams);
  }

  async connect(port: number): Promise<Socket> {
    return await this.#network.connect(port);
  }

  /** What is mounted in a root that was shared appears in the sandbox; the size of its /tmp is what it is. */
  async attach(directories: readonly SharedDirectory[], limits: SandboxLimits): Promise<void> {
    if (limits.scratchMb !== this.#parts.spec.limits.scratchMb)
      throw new Error('The size of /tmp cannot be changed in a sandbox that runs.');
    this.#ready.limit(limits);
    await this.#late.attach(directories);
    this.#shared = [...this.#shared, ...directories];
  }

  boost(isBoosted: boolean): void {
    this.#ready.boost(isBoosted);
  }

  standBack(): void {
    this.#ready.standBack();
  }

  freeze(): void {
    this.#isFrozen = true;
    this.#ready.freeze();
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#ready.thaw();
  }

  stats(): SandboxStats {
    return { memoryPeakBytes: this.#ready.memoryPeakBytes() };
  }

  /** Its size is a hard limit. */
  async scratchOverflows(): Promise<boolean> {
    return false;
  }

  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    const container = await this.#container?.catch(() => undefined);
    for (const { waiter } of this.#programs) killGroup(waiter.pid);
    container?.kill();
    this.#limits?.thaw();
    await container?.ended;
    await this.#swept;
    await this.#limits?.remove();
    this.#network.close();
    const { spec, onDestroyed } = this.#parts;
    await this.#late.remove();
    for (const path of [spec.scratchDirectory, this.#place.directory])
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    onDestroyed();
  }

  async #start(command: SandboxCommand): Promise<SandboxProcess> {
    refuseUnstartable(command.argv[0], this.#shared);
    await this.#swept;
    const container = await this.#running();
    const program = await container.exec(command);
    this.#programs.add(program);
    return this.#follow(container, program);
  }

  #follow(container: Container, program: Program): SandboxProcess {
    const { waiter } = program;
    const limits = this.#ready;
    let killed: Promise<void> | undefined;
    const exited = waiter.exited.then(async (outside): Promise<SandboxExit> => {
      this.#programs.delete(program);
      const swept = killed ?? this.#sweep(container, program);
      if (killed !== undefined || outside.code === RUNSC_FAILED) await swept;
      const { isOutOfMemory: outOfMemory } = limits;
      // Without its sandbox a program has ended too, whatever its waiter makes of that.
      if (outOfMemory || !container.alive) return { code: null, signal: 'SIGKILL', outOfMemory };
      return { ...(outside.code === null ? outside : exitInside(outside.code)), outOfMemory: false };
    });
    return {
      channel: waiter.channel,
      answers: waiter.answers,
      output: waiter.output,
      exited,
      setActive: (active) => limits.setActive(active),
      terminate: () => {
        this.thaw();
        if (this.#programs.has(program)) container.terminate(program).catch(() => undefined);
      },
      kill: () => {
        if (killed !== undefined || !this.#programs.has(program)) return;
        killed = this.#sweep(container, program);
        // Its end is what it was killed by, and not what becomes of who waits for it.
        killGroup(waiter.pid);
      },
    };
  }

  /** Kills what belongs to a program; of the last one nothing may be left, wherever it went. */
  #sweep(container: Container, program: Program): Promise<void> {
    const others = [...this.#programs].some((running) => running !== program);
    this.#swept = this.#sweepOne(container, program, others);
    return this.#swept;
  }

  async #sweepOne(container: Container, program: Program, others: boolean): Promise<void> {
    // None of a frozen sandbox's code may run once more.
    if (this.#isFrozen || this.#isDestroyed) container.kill();
    else if (!(await container.killAll(others ? program : undefined))) container.kill();
    else return;
    this.thaw();
    await container.ended;
  }

  /** Of a sandbox that has ended nothing is left but its bundle. */
  async #running(): Promise<Container> {
    const current = this.#container;
    const container = await current?.catch(() => undefined);
    if (container?.alive === true) return container;
    // Of several that wait here the first starts it.
    const others = this.#container === current ? undefined : this.#container;
    const starting = others ?? this.#startContainer();
    this.#container = starting;
    return await starting;
  }

  async #startContainer(): Promise<Container> {
    const { spec } = this.#parts;
    await this.#ready.begin();
    const network = await this.#network.living();
    await clearScratch(spec);
    await this.#late.prepare(network.warden);
    const { joinFiles } = this.#ready;
    const container = await Container.start({ ...this.#place, joinFiles }, network);
    this.#ready.follow(container);
    if (this.#isDestroyed) container.kill();
    return container;
  }

  get #ready(): GvisorLimits {
    if (this.#limits === undefined) throw new Error(`Sandbox ${this.id} is not prepared.`);
    return this.#limits;
  }
}
