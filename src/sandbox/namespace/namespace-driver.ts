import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Cgroups } from '../cgroup/cgroups.ts';
import type { Control } from '../cgroup/control-files.ts';
import { MemoryWatchdog } from '../process/memory-watchdog.ts';
import type { LimitsInForce, Means, Sandbox, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import type { NamespaceTools } from './bubblewrap-arguments.ts';
import { NamespaceSandbox } from './namespace-sandbox.ts';
import { NamespacesUnavailable } from './namespaces-unavailable.ts';
import type { SandboxNetwork } from './network/sandbox-network.ts';
import { type NetworkOptions, SandboxNetworks } from './network/sandbox-networks.ts';
import { SpareSandboxes } from './spare-sandboxes.ts';
import type { ScratchMedium } from './warden/warden-messages.ts';
import { Warden } from './warden/warden.ts';
import { NO_SYSTEM_CALLS } from './warden/warden-messages.ts';

/** Users that no system hands out: far above subordinate ids, below the kernel's largest. */
const FIRST_UID = 1_879_048_192;
const UIDS = 65_536;

/** A sandbox that shows whether there can be any. */
const PROOF = {
  id: 'proof',
  readOnlyDirectories: [],
  limits: { memoryMb: 128, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 },
};

const DELEGATE =
  'start Lambent by systemd-run --user --scope -p Delegate=yes to have control groups for all of this';

/**
 * Runs functions in user, process, mount, IPC, host name and cgroup namespaces by bubblewrap, on Linux, as root or as an
 * ordinary user. docs/threat-model.md says what that stops and what it does not.
 */
export class NamespaceDriver implements SandboxDriver {
  readonly isolation = 'namespace';
  readonly attaches = true;
  readonly #tools: NamespaceTools;
  readonly #cgroups: Cgroups;
  readonly #watchdog = new MemoryWatchdog();
  readonly #sandboxes = new Set<NamespaceSandbox>();
  readonly #uids = new Set<number>();
  readonly #isRoot = process.getuid?.() === 0;
  readonly #networks: SandboxNetworks;
  readonly #spares = new SpareSandboxes(async (spec) => await this.#createAnew(spec));
  #scratchMedium: ScratchMedium | undefined;
  /** Anywhere, as another platform of this machine has the same ones to choose from. */
  #nextUid = randomInt(UIDS);
  #closed = false;

  constructor(tools: NamespaceTools, cgroups: Cgroups, network: NetworkOptions) {
    this.#tools = tools;
    this.#cgroups = cgroups;
    this.#networks = new SandboxNetworks(() => new Warden(tools.unshare, cgroups.directories), network);
  }

  /**
   * Proves that sandboxes can be made here, by making one.
   * @throws NamespacesUnavailable with what to allow; the driver is then closed
   */
  async open(): Promise<void> {
    try {
      await this.#networks.open();
      // On the disk where scratch directories will be: what can be mounted depends on it.
      await this.#prove(join(this.#tools.etcDirectory, 'proof'));
    } catch (error) {
      await this.close();
      const { code, message } = error as NodeJS.ErrnoException;
      const [line = ''] = message.split('\n');
      throw new NamespacesUnavailable(
        code === NO_SYSTEM_CALLS
          ? `sandboxes cannot get networks of their own, as ${line}: install Lambent's packages again (npm install)`
          : `bubblewrap cannot make a sandbox here (${line}): unprivileged user namespaces must be allowed (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)`,
        { cause: error },
      );
    }
  }

  get limitsInForce(): LimitsInForce {
    const by = (control: Control): Means => (this.#cgroups.has(control) ? 'kernel' : 'none');
    return {
      memory: this.#cgroups.has('memory') ? 'kernel' : 'sampled from outside',
      cpuShare: by('cpu'),
      // By its user, or its user namespace, where there is no control group.
      processes: 'kernel',
      openFiles: 'kernel',
      scratch: 'kernel',
      freezing: by('freezer'),
    };
  }

  /** Where scratch directories are kept; known once it is open. */
  get scratchMedium(): ScratchMedium | undefined {
    return this.#scratchMedium;
  }

  /** Why functions reach no network although they should; undefined where they do. */
  get withoutInternet(): string | undefined {
    return this.#networks.withoutInternet;
  }

  /** One sentence with what this level does not hold on this machine; undefined when there is nothing to say. */
  get gaps(): string | undefined {
    const inForce = this.limitsInForce;
    const { withoutInternet } = this.#networks;
    const missing = [
      ...(inForce.memory === 'kernel' ? [] : ['memory is sampled, not limited by the kernel']),
      ...(inForce.cpuShare === 'kernel' ? [] : ['CPU share is not enforced']),
      ...(inForce.freezing === 'kernel' ? [] : ['environments are not frozen between invocations']),
      ...(inForce.memory === 'kernel' || this.#isRoot ? [] : [DELEGATE]),
      ...(withoutInternet === undefined
        ? []
        : [`functions reach no network, as packets cannot be filtered here (${withoutInternet})`]),
      ...(this.#scratchMedium === 'disk' ? [] : ['/tmp is kept in memory and counts as such']),
    ];
    return missing.length === 0 ? undefined : `Isolation namespace: ${missing.join('; ')}.`;
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    return (await this.#spares.take(spec)) ?? (await this.#createAnew(spec));
  }

  async #createAnew(spec: SandboxSpec): Promise<NamespaceSandbox> {
    return await this.#create(spec, async () => await this.#networks.take());
  }

  async #create(spec: SandboxSpec, takeNetwork: () => Promise<SandboxNetwork>): Promise<NamespaceSandbox> {
    if (this.#closed) throw new Error('The sandbox driver is closed.');
    const uid = this.#isRoot ? this.#takeUid() : undefined;
    const sandbox = new NamespaceSandbox({
      spec,
      tools: this.#tools,
      uid,
      takeNetwork,
      cgroups: this.#cgroups,
      watchdog: this.#watchdog,
      onDestroyed: () => {
        this.#sandboxes.delete(sandbox);
        if (uid !== undefined) this.#uids.delete(uid);
      },
    });
    this.#sandboxes.add(sandbox);
    await sandbox.prepare();
    return sandbox;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#spares.close();
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
    this.#scratchMedium = sandbox.scratchMedium;
    await sandbox.destroy();
  }

  /** Used in turn, so that one just given back rests before it serves another. */
  #takeUid(): number {
    if (this.#uids.size >= UIDS) throw new Error('All users for sandboxes are taken.');
    for (;;) {
      const uid = FIRST_UID + this.#nextUid;
      this.#nextUid = (this.#nextUid + 1) % UIDS;
      if (this.#uids.has(uid)) continue;
      this.#uids.add(uid);
      return uid;
    }
  }
}
