import { join } from 'node:path';
import type { Config } from '../config.ts';
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

/**
 * The driver for the isolation level that was asked for; `auto` is `process` so far.
 * @param directory where the platform keeps what can be made again
 * @throws StartError when this machine cannot hold the level
 */
export async function sandboxDriver(
  config: Pick<Config, 'isolation' | 'network' | 'networkAllow' | 'publicHost'>,
  directory: string,
  warnings: Pick<Warnings, 'add'>,
  inside: Pick<InsideDoor, 'service'>,
): Promise<SandboxDriver> {
  const { isolation, network, networkAllow, publicHost } = config;
  if (isolation !== 'namespace' && isolation !== 'gvisor') {
    refuseNetworkSettings(network, networkAllow);
    return new ProcessDriver();
  }
  // Its port may be another one outside, but the name at least leads here.
  const hostNames = publicHost === undefined ? [] : [publicHost.replace(/:.*$/, '')];
  const make = isolation === 'gvisor' ? gvisor : namespaces;
  try {
    const driver = await make(join(directory, isolation), hostNames, {
      internet: network === 'internet',
      allowed: networkAllow,
      service: inside.service,
    });
    await driver.open();
    if (driver.gaps !== undefined) warnings.add(driver.gaps);
    return driver;
  } catch (error) {
    if (!(error instanceof NamespacesUnavailable || error instanceof GvisorUnavailable)) throw error;
    throw new StartError(`--isolation ${isolation} does not work on this machine: ${error.message}.`, {
      cause: error,
    });
  }
}

async function namespaces(directory: string, hostNames: readonly string[], network: NetworkOptions) {
  return new NamespaceDriver(await prepareNamespaces(directory, hostNames), await Cgroups.prepare(), network);
}

async function gvisor(directory: string, hostNames: readonly string[], network: NetworkOptions) {
  return new GvisorDriver(await prepareGvisor(directory, hostNames), await Cgroups.prepare(), network);
}

/** Processes of this machine are in its network: nothing could hold them to such a setting. */
function refuseNetworkSettings(network: Config['network'], allowed: Config['networkAllow']): void {
  const setting = network === 'none' ? '--network none' : allowed.length > 0 ? '--network-allow' : undefined;
  if (setting !== undefined) throw new StartError(`${setting} needs --isolation namespace or gvisor.`);
}
