import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type {
  Sandbox,
  SandboxCommand,
  SandboxDriver,
  SandboxExit,
  SandboxLimits,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
  SharedDirectory,
  SidePort,
} from './sandbox.ts';

/** What happens to a sandbox, for whoever keeps records. `started` and `exited` come in pairs, one for each program. */
export type SandboxEvent =
  | { readonly kind: 'created' | 'started' | 'destroyed'; readonly id: string }
  | { readonly kind: 'exited'; readonly id: string; readonly exit: SandboxExit };

/**
 * Gives every sandbox of a driver the safety all of them need, so that drivers hold nothing but their own mechanism:
 * one main process tree at a time, directories attached once, nothing after destroy, one destroy however often it is
 * asked for, and events.
 */
export function guardedDriver(
  driver: SandboxDriver,
  onEvent: (event: SandboxEvent) => void = () => undefined,
): SandboxDriver {
  return {
    isolation: driver.isolation,
    sharesClock: driver.sharesClock,
    limitsInForce: driver.limitsInForce,
    get networkReach() {
      return driver.networkReach;
    },
    attaches: driver.attaches,
    create: async (spec: SandboxSpec) => {
      const sandbox = new GuardedSandbox(spec.id, await driver.create(spec), onEvent);
      onEvent({ kind: 'created', id: spec.id });
      return sandbox;
    },
    spares: () => driver.spares(),
    close: () => driver.close(),
  };
}

class GuardedSandbox implements Sandbox {
  readonly id: string;
  readonly #inner: Sandbox;
  readonly #onEvent: (event: SandboxEvent) => void;
  #occupied = false;
  #attached = false;
  #destroyed: Promise<void> | undefined;

  /** @param id that was asked for; inside a driver it may have another */
  constructor(id: string, inner: Sandbox, onEvent: (event: SandboxEvent) => void) {
    this.id = id;
    this.#inner = inner;
    this.#onEvent = onEvent;
  }

  pathInside(sandboxPath: string): string {
    return this.#inner.pathInside(sandboxPath);
  }

  async exec(command: SandboxCommand): Promise<SandboxProcess> {
    this.#refuseWhenDestroyed();
    if (this.#occupied) throw new Error(`Sandbox ${this.id} already runs a process tree.`);
    this.#occupied = true;
    try {
      const started = this.#follow(await this.#inner.exec(command));
      void started.exited.finally(() => this.#release());
      return started;
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  async execBeside(command: SandboxCommand): Promise<SandboxProcess> {
    this.#refuseWhenDestroyed();
    return this.#follow(await this.#inner.execBeside(command));
  }

  async listen(server: Server): Promise<string> {
    this.#refuseWhenDestroyed();
    return await this.#inner.listen(server);
  }

  async listenBeside(server: Server, onDatagrams: (socket: DatagramSocket) => void): Promise<SidePort> {
    this.#refuseWhenDestroyed();
    return await this.#inner.listenBeside(server, onDatagrams);
  }

  async connect(port: number): Promise<Socket> {
    this.#refuseWhenDestroyed();
    return await this.#inner.connect(port);
  }

  async attach(directories: readonly SharedDirectory[], limits: SandboxLimits): Promise<void> {
    this.#refuseWhenDestroyed();
    if (this.#attached) throw new Error(`Sandbox ${this.id} has been given its directories.`);
    this.#attached = true;
    await this.#inner.attach(directories, limits);
  }

  boost(isBoosted: boolean): void {
    this.#refuseWhenDestroyed();
    this.#inner.boost(isBoosted);
  }

  /** Of what is destroyed, nothing runs: whoever reads the last of its output may find cause. */
  standBack(): void {
    this.#inner.standBack();
  }

  freeze(): void {
    this.#refuseWhenDestroyed();
    this.#inner.freeze();
  }

  thaw(): void {
    this.#refuseWhenDestroyed();
    this.#inner.thaw();
  }

  stats(): SandboxStats {
    return this.#inner.stats();
  }

  scratchOverflows(): Promise<boolean> {
    return this.#inner.scratchOverflows();
  }

  destroy(): Promise<void> {
    this.#destroyed ??= this.#inner
      .destroy()
      .finally(() => this.#onEvent({ kind: 'destroyed', id: this.id }));
    return this.#destroyed;
  }

  #follow(started: SandboxProcess): SandboxProcess {
    this.#onEvent({ kind: 'started', id: this.id });
    void started.exited.then((exit) => this.#onEvent({ kind: 'exited', id: this.id, exit }));
    // Destroyed while it was starting: nothing may outlive the sandbox.
    if (this.#destroyed !== undefined) started.kill();
    return started;
  }

  #release(): void {
    this.#occupied = false;
  }

  #refuseWhenDestroyed(): void {
    if (this.#destroyed !== undefined) throw new Error(`Sandbox ${this.id} is destroyed.`);
  }
}
