import type { LimitsInForce, NetworkReach, Sandbox, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import { MemoryWatchdog } from './memory-watchdog.ts';
import { ProcessSandbox } from './process-sandbox.ts';
import { Spawner } from './spawner.ts';

/**
 * Runs functions as ordinary processes of the platform's own user, on Linux and macOS. No security boundary: a
 * function can read and write what that user can, and reach its network. Enforced: memory (sampled from outside),
 * open files, an environment without anything of the platform's, an end with the platform. Checked afterwards only:
 * the size of /tmp. Not enforced: CPU share, number of processes.
 */
export class ProcessDriver implements SandboxDriver {
  readonly sharesClock = true;
  readonly isolation = 'process';
  readonly limitsInForce: LimitsInForce = {
    memory: 'sampled from outside',
    cpuShare: 'none',
    processes: 'none',
    openFiles: 'kernel',
    scratch: 'looked at between invocations',
    freezing: 'none',
  };
  /** Whatever this machine reaches. */
  readonly networkReach: NetworkReach = { tcp4: 'open', udp4: 'open', tcp6: 'open', udp6: 'open' };
  readonly attaches = true;
  readonly #watchdog = new MemoryWatchdog();
  readonly #sandboxes = new Set<ProcessSandbox>();
  #spawner = new Spawner();
  #closed = false;

  async create(spec: SandboxSpec): Promise<Sandbox> {
    if (this.#closed) throw new Error('The sandbox driver is closed.');
    const sandbox = new ProcessSandbox(
      spec,
      () => this.#livingSpawner(),
      this.#watchdog,
      () => this.#sandboxes.delete(sandbox),
    );
    this.#sandboxes.add(sandbox);
    await sandbox.prepare();
    return sandbox;
  }

  spares(): never[] {
    return [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#spawner.close();
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.destroy()));
  }

  #livingSpawner(): Spawner {
    if (this.#closed) throw new Error('The sandbox driver is closed.');
    if (!this.#spawner.alive) this.#spawner = new Spawner();
    return this.#spawner;
  }
}
