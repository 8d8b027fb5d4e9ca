import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentPoolOptions } from '../environment/environment-pool.ts';
import { Environments } from '../environment/environments.ts';
import { MachineRuntimes } from '../environment/runtimes/machine-runtimes.ts';
import type { Config } from '../config.ts';
import type { ChosenIsolation } from './isolation.ts';
import type { Warnings } from './warnings.ts';

/** Not where they are: an installation may lie below /tmp, which is another one inside. */
const PACKAGES_INSIDE = '/var/packages';

/** Tenants with environments at once, for each concurrent execution an account has. */
const TENANTS_PER_CONCURRENCY = 2.5;

/** What running functions needs of the process it happens in. */
export interface EnvironmentsSite
  extends Pick<EnvironmentPoolOptions, 'code' | 'logs' | 'clock' | 'credentials' | 'scaling' | 'traces'> {
  readonly config: Config;
  readonly warnings: Pick<Warnings, 'add'>;
  readonly isolation: ChosenIsolation;
  /** The data directory: with what all processes of a platform share. */
  readonly directory: string;
  /** What is this process's alone; the data directory itself for the main process. */
  readonly ownDirectory: string;
  /** Processes that run functions on this machine, this one included. */
  readonly processes: number;
  /** Where functions find the platform: with a loopback of their own, or without. */
  readonly endpoint: { inside(): string; local(): string };
}

/** Where in a data directory installed runtimes are. */
export function installDirectoryOf(dataDirectory: string): string {
  return join(dataDirectory, 'runtimes');
}

/** What runs functions, and knows nothing of who asks for it. */
export function buildEnvironments(site: EnvironmentsSite) {
  const { config, warnings, clock, code, logs, traces, credentials, scaling, directory, ownDirectory } = site;
  const { driver } = site.isolation;
  const isSealed = driver.isolation !== 'process';
  const runtimes = new MachineRuntimes({
    strict: config.strictRuntimes,
    cacheDirectory: join(directory, 'cache'),
    installDirectory: installDirectoryOf(directory),
    packagesInside: isSealed ? PACKAGES_INSIDE : undefined,
    searchPath: process.env['PATH'] ?? '',
  });
  const pool = new Environments({
    driver,
    runtimes,
    code,
    logs,
    traces,
    clock,
    endpointUrl: () => (isSealed ? site.endpoint.inside() : site.endpoint.local()),
    credentials,
    scratchRoot: join(ownDirectory, 'scratch'),
    prepared: config.prepared,
    idleExpiryMs: config.idleExpirySeconds * 1000,
    lifetimeMs: config.environmentLifetimeSeconds * 1000,
    hasSpareProcessors: availableParallelism() > site.processes,
    parallelStarts: Math.max(2, Math.ceil((2 * availableParallelism()) / site.processes)),
    ...(scaling !== undefined && { scaling }),
    tenantLimit: TENANTS_PER_CONCURRENCY * config.concurrency,
    onWarning: (message) => warnings.add(message),
  });
  return { runtimes, pool };
}
