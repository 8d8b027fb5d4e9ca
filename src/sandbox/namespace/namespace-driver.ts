import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import type { Cgroups } from '../cgroup/cgroups.ts';
import { gapsOf, limitsBy, NEEDED_OF_KERNEL, proveSandboxes, whyUnavailable } from '../enforced-level.ts';
import { MemoryWatchdog } from '../process/memory-watchdog.ts';
import type {
  LimitsInForce,
  NetworkReach,
  Sandbox,
  SandboxDriver,
  SandboxSpec,
  SpareCounts,
} from '../sandbox.ts';
import type { NamespaceTools } from './bubblewrap-arguments.ts';
import { NamespaceSandbox } from './namespace-sandbox.ts';
import { NamespacesUnavailable } from './namespaces-unavailable.ts';
import type { SandboxNetwork } from './network/sandbox-network.ts';
import { type NetworkOptions, SandboxNetworks } from './network/sandbox-networks.ts';
import { SpareSandboxes } from './spare-sandboxes.ts';
import type { ScratchMedium } from './warden/warden-messages.ts';
import { Warden } from './warden/warden.ts';

/** Users that no system hands out: far above subordinate ids, below the kernel's largest. */
const FIRST_UID = 1_879_048_192;
const UIDS = 65_536;

/**
 * Runs functions in user, process, mount, IPC, host name and cgroup namespaces by bubblewrap, on Linux, as root or as an
 * ordinary user. docs/threat-model.md says what that stops and what it does not.
 */
export class NamespaceDriver implements SandboxDriver {
  readonly sharesClock = true;
  readonly isolation = 'namespace';
  readonly attaches = true;
  readonly #tools: NamespaceTools;
  readonly #cgroups: Cgroups;
  readonly #watchdog = new MemoryWatchdog();
  readonly #sandboxes = new Set<NamespaceSandbox>();
  readonly #uids = new Set<number>();
  readonly #isRoot = process.getuid?.() === 0;
  readonly #networks: SandboxNetworks;
  readonly #spares: SpareSandboxes;
  #scratchMedium: ScratchMedium | undefined;
  /** Anywhere, as another platform of this machine has the same ones to choose from. */
  #nextUid = randomInt(UIDS);
  #closed = false;

  /** @param clock by which sandboxes that nobody uses go */
  constructor(tools: NamespaceTools, cgroups: Cgroups, network: NetworkOptions, clock: Clock) {
    this.#tools = tools;
    this.#spares = new SpareSandboxes(async (spec) => await this.#createAnew(spec), clock);
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
      throw new NamespacesUnavailable(
        whyUnavailable(
          error,
          (line) => `bubblewrap cannot make a sandbox here (${line}): ${NEEDED_OF_KERNEL}`,
        ),
        { cause: error },
      );
    }
  }

  get limitsInForce(): LimitsInForce {
    // By its user, or its user namespace, where there is no control group.
    return { ...limitsBy(this.#cgroups), processes: 'kernel' };
  }

  /** Where scratch directories are kept; known once it is open. */
  get scratchMedium(): ScratchMedium | undefined {
    return this.#scratchMedium;
  }

  get networkReach(): NetworkReach {
    return this.#networks.reach;
  }

  /** One sentence with what this level does not hold on this machine; undefined when there is nothing to say. */
  get gaps(): string | undefined {
    const inMemory = this.#scratchMedium === 'disk' ? [] : ['/tmp is kept in memory and counts as such'];
    return gapsOf(this.isolation, this.limitsInForce, this.#networks.withoutInternet, inMemory);
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    return (await this.#spares.take(spec)) ?? (await this.#createAnew(spec));
  }

  spares(): SpareCounts[] {
    return this.#spares.counts();
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
    const takeNetwork = async (): Promise<SandboxNetwork> => await this.#networks.empty();
    const create = async (spec: SandboxSpec) => await this.#create(spec, takeNetwork);
    this.#scratchMedium = (await proveSandboxes(create, scratchDirectory)).scratchMedium;
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
