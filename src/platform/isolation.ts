import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Clock } from '../model/clock.ts';
import { Cgroups } from '../sandbox/cgroup/cgroups.ts';
import { GvisorDriver } from '../sandbox/gvisor/gvisor-driver.ts';
import { GvisorUnavailable, prepareGvisor } from '../sandbox/gvisor/gvisor-tools.ts';
import { NamespaceDriver } from '../sandbox/namespace/namespace-driver.ts';
import { prepareNamespaces } from '../sandbox/namespace/namespace-tools.ts';
import { NamespacesUnavailable } from '../sandbox/namespace/namespaces-unavailable.ts';
import type { NetworkOptions } from '../sandbox/namespace/network/sandbox-networks.ts';
import { ProcessDriver } from '../sandbox/process/process-driver.ts';
import type { SandboxDriver } from '../sandbox/sandbox.ts';
import type { InsideDoor } from './inside-door.ts';
import { StartError } from './start-error.ts';
import type { Warnings } from './warnings.ts';

/** A level, and why it is that one. */
export interface ChosenIsolation {
  readonly driver: SandboxDriver;
  readonly reason: string;
}

export type IsolationConfig = Pick<Config, 'isolation' | 'network' | 'networkAllow' | 'publicHost'>;

/**
 * The driver for the isolation level that was asked for. `auto` is `namespace` where that works, else `process`.
 * @param directory where the platform keeps what can be made again
 * @throws StartError when this machine cannot hold the level
 */
export async function chooseIsolation(
  config: IsolationConfig,
  directory: string,
  warnings: Pick<Warnings, 'add'>,
  inside: Pick<InsideDoor, 'service'>,
  clock: Clock,
): Promise<ChosenIsolation> {
  const { isolation } = config;
  if (isolation === 'process') return withoutIsolation(config, 'it was asked for');
  const open = isolation === 'gvisor' ? openGvisor : openNamespaces;
  try {
    const driver = await open(config, directory, inside.service, clock);
    if (driver.gaps !== undefined) warnings.add(driver.gaps);
    return { driver, reason: isolation === 'auto' ? 'namespaces work here' : 'it was asked for' };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    if (isolation === 'auto') return withoutIsolation(config, error.message);
    throw new StartError(`--isolation ${isolation} does not work on this machine: ${error.message}.`, {
      cause: error,
    });
  }
}

/** What the machine lacks for a level, with what to do; anything else is a defect. */
export function isUnavailable(error: unknown): error is NamespacesUnavailable | GvisorUnavailable {
  return error instanceof NamespacesUnavailable || error instanceof GvisorUnavailable;
}

/** @throws NamespacesUnavailable */
export async function openNamespaces(
  config: IsolationConfig,
  directory: string,
  service: NetworkOptions['service'],
  clock: Clock,
): Promise<NamespaceDriver> {
  const cgroups = Cgroups.prepare();
  const tools = await prepareNamespaces(join(directory, 'namespace'), hostNames(config)).catch(
    async (error: unknown) => {
      await (await cgroups).close();
      throw error;
    },
  );
  const driver = new NamespaceDriver(tools, await cgroups, networkOf(config, service), clock);
  await driver.open();
  return driver;
}

/** @throws GvisorUnavailable, and NamespacesUnavailable for what both levels need */
export async function openGvisor(
  config: IsolationConfig,
  directory: string,
  service: NetworkOptions['service'],
): Promise<GvisorDriver> {
  const tools = await prepareGvisor(join(directory, 'gvisor'), hostNames(config));
  const driver = new GvisorDriver(tools, await Cgroups.prepare(), networkOf(config, service));
  await driver.open();
  return driver;
}

/** Its port may be another one outside, but the name at least leads here. */
function hostNames({ publicHost }: IsolationConfig): string[] {
  return publicHost === undefined ? [] : [publicHost.replace(/:.*$/, '')];
}

function networkOf(
  { network, networkAllow }: IsolationConfig,
  service: NetworkOptions['service'],
): NetworkOptions {
  return { internet: network === 'internet', allowed: networkAllow, service };
}

/** Processes of this machine are in its network: nothing could hold them to settings of that. */
function withoutIsolation(
  { isolation, network, networkAllow }: IsolationConfig,
  reason: string,
): ChosenIsolation {
  const setting =
    network === 'none' ? '--network none' : networkAllow.length > 0 ? '--network-allow' : undefined;
  if (setting === undefined) return { driver: new ProcessDriver(), reason };
  const why = isolation === 'auto' ? `; namespace does not work on this machine: ${reason}` : '';
  throw new StartError(`${setting} needs --isolation namespace or gvisor${why}.`);
}
