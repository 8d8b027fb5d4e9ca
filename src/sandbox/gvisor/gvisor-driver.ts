import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Cgroups } from '../cgroup/cgroups.ts';
import type { Control } from '../cgroup/control-files.ts';
import type { SandboxNetwork } from '../namespace/network/sandbox-network.ts';
import { type NetworkOptions, SandboxNetworks } from '../namespace/network/sandbox-networks.ts';
import { Warden } from '../namespace/warden/warden.ts';
import { NO_SYSTEM_CALLS } from '../namespace/warden/warden-messages.ts';
import { MemoryWatchdog } from '../process/memory-watchdog.ts';
import type { LimitsInForce, Means, Sandbox, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import { GvisorSandbox } from './gvisor-sandbox.ts';
import { type GvisorTools, GvisorUnavailable } from './gvisor-tools.ts';

/** A sandbox that shows whether there can be any. */
const PROOF = {
  id: 'proof',
  readOnlyDirectories: [],
  limits: { memoryMb: 128, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 },
};

/**
 * Runs functions on gVisor: each environment has a kernel of its own, a program in user space that answers its system
 * calls. docs/threat-model.md says what that stops and what it does not.
 */
export class GvisorDriver implements SandboxDriver {
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
      const { code, message } = error as NodeJS.ErrnoException;
      const [line = ''] = message.split('\n');
      throw new GvisorUnavailable(
        code === NO_SYSTEM_CALLS
          ? `sandboxes cannot get networks of their own, as ${line}: install Lambent's packages again (npm install)`
          : `runsc cannot make a sandbox here (${line}): it must be one of 2024 or later, and an ordinary user must be allowed user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)`,
        { cause: error },
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  get limitsInForce(): LimitsInForce {
    const by = (control: Control): Means => (this.#cgroups.has(control) ? 'kernel' : 'none');
    return {
      memory: this.#cgroups.has('memory') ? 'kernel' : 'sampled from outside',
      cpuShare: by('cpu'),
      processes: by('processes'),
      openFiles: 'kernel',
      scratch: 'kernel',
      freezing: by('freezer'),
    };
  }

  /** One sentence with everything this level leaves open on this machine; undefined when there is nothing. */
  get gaps(): string | undefined {
    const inForce = this.limitsInForce;
    const { withoutInternet } = this.#networks;
    const missing = [
      ...(inForce.memory === 'kernel' ? [] : ['memory is sampled, not limited by the kernel']),
      ...(inForce.cpuShare === 'kernel' ? [] : ['CPU share is not enforced']),
      ...(inForce.processes === 'kernel' ? [] : ['the number of processes is not limited']),
      ...(inForce.freezing === 'kernel' ? [] : ['environments are not frozen between invocations']),
      ...(withoutInternet === undefined
        ? []
        : [`functions reach no network, as packets cannot be filtered here (${withoutInternet})`]),
    ];
    return missing.length === 0 ? undefined : `Isolation gvisor: ${missing.join('; ')}.`;
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

  async close(): Promise<void> {
    this.#closed = true;
    await this.#networks.close();
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.destroy()));
    await this.#cgroups.close();
  }

  async #prove(scratchDirectory: string): Promise<void> {
    const spec = { ...PROOF, scratchDirectory };
    const sandbox = await this.#create(spec, async () => await this.#networks.empty());
    const { output, exited } = await sandbox.exec({
      argv: ['/usr/bin/env'],
      env: {},
      cwd: '/',
      channel: false,
    });
    const said = await text(output);
    if ((await exited).code !== 0) throw new Error(said.trim());
    await sandbox.destroy();
  }
}
