import { join } from 'node:path';
import type { Config } from '../config.ts';
import { Cgroups } from '../sandbox/cgroup/cgroups.ts';
import { NamespaceDriver } from '../sandbox/namespace/namespace-driver.ts';
import { prepareNamespaces } from '../sandbox/namespace/namespace-tools.ts';
import { NamespacesUnavailable } from '../sandbox/namespace/namespaces-unavailable.ts';
import { ProcessDriver } from '../sandbox/process/process-driver.ts';
import type { SandboxDriver } from '../sandbox/sandbox.ts';
import { StartError } from './start-error.ts';
import type { Warnings } from './warnings.ts';

/**
 * The driver for the isolation level that was asked for; `auto` is `process` so far.
 * @param directory where the platform keeps what can be made again
 * @throws StartError when this machine cannot hold the level
 */
export async function sandboxDriver(
  { isolation }: Pick<Config, 'isolation'>,
  directory: string,
  warnings: Pick<Warnings, 'add'>,
): Promise<SandboxDriver> {
  if (isolation !== 'namespace') return new ProcessDriver();
  try {
    const tools = await prepareNamespaces(join(directory, 'namespace'));
    const driver = new NamespaceDriver(tools, await Cgroups.prepare());
    await driver.open();
    warnings.add(driver.gaps);
    return driver;
  } catch (error) {
    if (!(error instanceof NamespacesUnavailable)) throw error;
    throw new StartError(`--isolation namespace does not work on this machine: ${error.message}.`, {
      cause: error,
    });
  }
}
