import type { Socket } from 'node:net';
import type {
  Sandbox,
  SandboxCommand,
  SandboxDriver,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
} from './sandbox.ts';

/**
 * Gives every sandbox of a driver the safety all of them need, so that drivers hold nothing but their own mechanism:
 * one main process tree at a time, nothing after destroy, one destroy however often it is asked for.
 */
export function guardedDriver(driver: SandboxDriver): SandboxDriver {
  return {
    isolation: driver.isolation,
    create: async (spec: SandboxSpec) => new GuardedSandbox(await driver.create(spec)),
    close: () => driver.close(),
  };
}

class GuardedSandbox implements Sandbox {
  readonly id: string;
  readonly #inner: Sandbox;
  #occupied = false;
  #destroyed: Promise<void> | undefined;

  constructor(inner: Sandbox) {
    this.id = inner.id;
    this.#inner = inner;
  }

  pathInside(sandboxPath: string): string {
    return this.#inner.pathInside(sandboxPath);
  }

  async exec(command: SandboxCommand): Promise<SandboxProcess> {
    this.#refuseWhenDestroyed();
    if (this.#occupied) throw new Error(`Sandbox ${this.id} already runs a process tree.`);
    this.#occupied = true;
    try {
      const started = await this.#inner.exec(command);
      void started.exited.finally(() => this.#release());
      // Destroyed while it was starting: nothing may outlive the sandbox.
      if (this.#destroyed !== undefined) started.kill();
      return started;
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  async execBeside(command: SandboxCommand): Promise<SandboxProcess> {
    this.#refuseWhenDestroyed();
    const started = await this.#inner.execBeside(command);
    if (this.#destroyed !== undefined) started.kill();
    return started;
  }

  async connect(port: number): Promise<Socket> {
    this.#refuseWhenDestroyed();
    return await this.#inner.connect(port);
  }

  async freeze(): Promise<void> {
    this.#refuseWhenDestroyed();
    await this.#inner.freeze();
  }

  async thaw(): Promise<void> {
    this.#refuseWhenDestroyed();
    await this.#inner.thaw();
  }

  stats(): SandboxStats {
    return this.#inner.stats();
  }

  scratchOverflows(): Promise<boolean> {
    return this.#inner.scratchOverflows();
  }

  destroy(): Promise<void> {
    this.#destroyed ??= this.#inner.destroy();
    return this.#destroyed;
  }

  #release(): void {
    this.#occupied = false;
  }

  #refuseWhenDestroyed(): void {
    if (this.#destroyed !== undefined) throw new Error(`Sandbox ${this.id} is destroyed.`);
  }
}
