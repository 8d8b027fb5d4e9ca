import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CodeDirectories } from '../environment/code-directory.ts';
import { EnvironmentPool } from '../environment/environment-pool.ts';
import { MachineRuntimes } from '../environment/runtimes/machine-runtimes.ts';
import { FunctionUrlDirectory } from '../front-doors/function-urls/function-url-directory.ts';
import { AccountConcurrency } from '../invoke/concurrency/account-concurrency.ts';
import { AsyncDispatcher } from '../invoke/async/async-dispatcher.ts';
import { EventInvokeConfigs } from '../invoke/async/event-invoke-configs.ts';
import { FunctionDirectory } from '../invoke/function-directory.ts';
import { Invoker } from '../invoke/invoke-function.ts';
import { PolicyDirectory } from '../invoke/policy-directory.ts';
import { ProvisionedConcurrency } from '../invoke/concurrency/provisioned-concurrency.ts';
import { functionVersionOf } from '../model/stored-function.ts';
import { startFunctionActivation } from '../services/lambda/functions/function-activation.ts';
import { QueuesRuntime } from '../services/sqs/queues-runtime.ts';
import { platformId } from './data-directory.ts';
import { chooseIsolation } from './isolation.ts';
import { buildMessaging } from './messaging.ts';
import type { Site } from './site.ts';

export type Execution = Awaited<ReturnType<typeof buildExecution>>;

/** From the single door down to the sandbox. */
export async function buildExecution(site: Site) {
  const { config, log, clock, state } = site;
  const { store, directory } = state;
  const concurrency = new AccountConcurrency(config.concurrency);
  const { runtimes, code, isolation, pool } = await buildEnvironments(site, concurrency);
  const functions = new FunctionDirectory((functionArn, keep) => pool.retire(functionArn, keep));
  await functions.open(store);
  const policies = new PolicyDirectory();
  await policies.open(store);
  await concurrency.open(store);
  const provisioned = new ProvisionedConcurrency({ directory: functions, concurrency, pool });
  await provisioned.open(store);
  const invoker = new Invoker({ directory: functions, concurrency, pool, clock });
  const eventInvokeConfigs = new EventInvokeConfigs();
  await eventInvokeConfigs.open(store);
  const functionUrls = new FunctionUrlDirectory();
  await functionUrls.open(store);
  const owner = await platformId(directory.path);
  const onNotice = (message: string): void => log.warn(message);
  const queues = new QueuesRuntime({ store, clock, owner, onNotice });
  const events = new AsyncDispatcher({
    store,
    clock,
    invoker,
    configs: eventInvokeConfigs,
    reservedConcurrency: (target) => functions.settings(target)?.reservedConcurrency,
    owner,
    mostInHand: config.concurrency,
    onNotice,
  });
  const messaging = await buildMessaging(site, owner, { events, policies, queues });
  const activation = startFunctionActivation({
    store,
    clock,
    prepareCode: async (stored) => {
      const version = functionVersionOf(stored);
      await code.prepareAll(version);
      void pool.factory.expect(version);
    },
    onError: (error: unknown) => log.error(`A function could not be activated: ${String(error)}`),
  });
  const doors = {
    functions,
    policies,
    concurrency,
    provisioned,
    invoker,
    events,
    eventInvokeConfigs,
    functionUrls,
    queues,
    ...messaging,
  };
  return { runtimes, isolation, pool, ...doors, activation };
}

/** Not where they are: an installation may lie below /tmp, which is another one inside. */
const PACKAGES_INSIDE = '/var/packages';

/** What runs functions, and knows nothing of who asks for it. */
async function buildEnvironments(site: Site, concurrency: AccountConcurrency) {
  const { config, warnings, address, keyring, clock, state, inside } = site;
  const { store, directory, logSink } = state;
  const code = new CodeDirectories(join(directory.path, 'code'), (sha256) => store.blobs.path(sha256));
  const isolation = await chooseIsolation(config, join(directory.path, 'cache'), warnings, inside, clock);
  const { driver } = isolation;
  const isSealed = driver.isolation !== 'process';
  const runtimes = new MachineRuntimes({
    strict: config.strictRuntimes,
    cacheDirectory: join(directory.path, 'cache'),
    installDirectory: join(directory.path, 'runtimes'),
    packagesInside: isSealed ? PACKAGES_INSIDE : undefined,
    searchPath: process.env['PATH'] ?? '',
  });
  const pool = new EnvironmentPool({
    driver,
    runtimes,
    code,
    logs: logSink,
    clock,
    endpointUrl: () => (isSealed ? address.inside() : address.local()),
    credentials: (version) => keyring.credentials(version.accountId),
    scratchRoot: join(directory.path, 'scratch'),
    prepared: config.prepared,
    idleExpiryMs: config.idleExpirySeconds * 1000,
    lifetimeMs: config.environmentLifetimeSeconds * 1000,
    parallelStarts: 2 * availableParallelism(),
    scaling: {
      take: (functionArn) => concurrency.takeStart(functionArn, clock.now()),
      giveBack: (functionArn) => concurrency.returnStart(functionArn),
    },
    onWarning: (message) => warnings.add(message),
  });
  return { runtimes, code, isolation, pool };
}
