import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cgroups } from '../cgroup/cgroups.ts';
import { gapsOf, limitsBy, NEEDED_OF_KERNEL, proveSandboxes, whyUnavailable } from '../enforced-level.ts';
import type { SandboxNetwork } from '../namespace/network/sandbox-network.ts';
import { type NetworkOptions, SandboxNetworks } from '../namespace/network/sandbox-networks.ts';
import { Warden } from '../namespace/warden/warden.ts';
import { MemoryWatchdog } from '../process/memory-watchdog.ts';
import type { LimitsInForce, NetworkReach, Sandbox, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import { GvisorSandbox } from './gvisor-sandbox.ts';
import { type GvisorTools, GvisorUnavailable } from './gvisor-tools.ts';

/**
 * Runs functions on gVisor: each environment has a kernel of its own, a program in user space that answers its system
 * calls. docs/threat-model.md says what that stops and what it does not.
 */
export class GvisorDriver implements SandboxDriver {
  readonly sharesClock = false;
  readonly isolation = 'gvisor';
  readonly attaches = true;
  readonly #tools: GvisorTools;
  readonly #cgroups: Cgroups;
  readonly #watchdog = new MemoryWatchdog();
  readonly #sandboxes = new Set<GvisorSandbox>();
  readonly #networks: SandboxNetworks;
  #closed = false;

  constructor(tools: GvisorTools, cgroups: Cgroups, network: NetworkOptions) {
    this.#tools = tools;
    this.#cgroups = cgroups;
    this.#networks = new SandboxNetworks(() => new Warden(tools.unshare, cgroups.directories), network);
  }

  /**
   * Proves that sandboxes can be made here, by making one.
   * @throws GvisorUnavailable with what to allow; the driver is then closed
   */
  async open(): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), 'lambent-'));
    try {
      await this.#networks.open();
      await this.#prove(join(directory, 'proof'));
    } catch (error) {
      await this.close();
      throw new GvisorUnavailable(
        whyUnavailable(
          error,
          (line) =>
            `runsc cannot make a sandbox here (${line}): it must be one of 2024 or later, and ${NEEDED_OF_KERNEL}`,
        ),
        { cause: error },
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  get limitsInForce(): LimitsInForce {
    return limitsBy(this.#cgroups);
  }

  get networkReach(): NetworkReach {
    return this.#networks.reach;
  }

  /** One sentence with everything this level leaves open on this machine; undefined when there is nothing. */
  get gaps(): string | undefined {
    return gapsOf(this.isolation, this.limitsInForce, this.#networks.withoutInternet);
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    return await this.#create(spec, async () => await this.#networks.take());
  }

  async #create(spec: SandboxSpec, takeNetwork: () => Promise<SandboxNetwork>): Promise<Sandbox> {
    if (this.#closed) throw new Error('The sandbox driver is closed.');
    const sandbox = new GvisorSandbox({
      spec,
      tools: this.#tools,
      takeNetwork,
      cgroups: this.#cgroups,
      watchdog: this.#watchdog,
      onDestroyed: () => this.#sandboxes.delete(sandbox),
    });
    this.#sandboxes.add(sandbox);
    await sandbox.prepare();
    return sandbox;
  }

  spares(): never[] {
    return [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#networks.close();
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.destroy()));
    await this.#cgroups.close();
  }

  async #prove(scratchDirectory: string): Promise<void> {
    const takeNetwork = async (): Promise<SandboxNetwork> => await this.#networks.empty();
    await proveSandboxes(async (spec) => await this.#create(spec, takeNetwork), scratchDirectory);
  }
}
