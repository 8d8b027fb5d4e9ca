import { join } from 'node:path';
import { CodeDirectories } from '../environment/code-directory.ts';
import type { Environments } from '../environment/environments.ts';
import { tidyInstalledNodes } from '../environment/runtimes/installed-nodes.ts';
import { FunctionUrlDirectory } from '../front-doors/function-urls/function-url-directory.ts';
import { AccountConcurrency } from '../invoke/concurrency/account-concurrency.ts';
import { AsyncDispatcher } from '../invoke/async/async-dispatcher.ts';
import { EventInvokeConfigs } from '../invoke/async/event-invoke-configs.ts';
import { FunctionDirectory } from '../invoke/function-directory.ts';
import { Invoker, type InvokerDependencies } from '../invoke/invoke-function.ts';
import { Tracing } from '../invoke/tracing/tracing.ts';
import { Lender } from '../invoke/lending/lender.ts';
import { DatabaseLedger } from '../invoke/shares/database-ledger.ts';
import { PlatformShares } from '../invoke/shares/platform-shares.ts';
import { PolicyDirectory } from '../invoke/policy-directory.ts';
import { ProvisionedConcurrency } from '../invoke/concurrency/provisioned-concurrency.ts';
import { ManagedScaling } from '../invoke/managed-scaling.ts';
import { SnapStart } from '../invoke/snap-start.ts';
import { streamConsumers } from '../model/stream-consumers.ts';
import type { TraceDoor, TraceSink } from '../model/trace-sink.ts';
import { functionVersionOf } from '../model/stored-function.ts';
import { startFunctionActivation } from '../services/lambda/functions/function-activation.ts';
import { TablesRuntime } from '../services/dynamodb/tables-runtime.ts';
import { StreamsRuntime } from '../services/kinesis/streams-runtime.ts';
import { QueuesRuntime } from '../services/sqs/queues-runtime.ts';
import { ScalableTargets } from '../services/application-autoscaling/scalable-targets.ts';
import { XrayRuntime } from '../services/xray/xray-runtime.ts';
import type { Store } from '../store/store.ts';
import { platformId } from './data-directory.ts';
import { destinationTargets } from './destination-targets.ts';
import { deniedServices } from './denied-services.ts';
import { buildEnvironments, installDirectoryOf } from './environments.ts';
import { buildEventSources } from './event-sources.ts';
import type { ChosenIsolation } from './isolation.ts';
import { buildMessaging } from './messaging.ts';
import type { Site } from './site.ts';
import { UnneededCode } from './unneeded-code.ts';
import { mostWorkers } from './workers/most-workers.ts';
import { Workers, type WorkersParts } from './workers/workers.ts';

export type Execution = Awaited<ReturnType<typeof buildExecution>>;

/** From the single door down to the sandbox. */
export async function buildExecution(site: Site) {
  const { config, log, clock, state } = site;
  const { store, directory } = state;
  const concurrency = new AccountConcurrency(config.concurrency);
  const code = new CodeDirectories(join(directory.path, 'code'), (sha256) => store.blobs.path(sha256));
  const isolation = await site.isolation;
  const onNotice = (message: string): void => log.warn(message);
  const roles = site.identity.serviceRoles;
  const xray = new XrayRuntime({ store, clock, roles, onNotice });
  const { runtimes, pool } = openEnvironments({ ...site, isolation }, { code, traces: xray }, concurrency);
  const functions = await opened(new FunctionDirectory((arn, keep) => pool.retire(arn, keep)), store);
  const policies = await opened(new PolicyDirectory(), store);
  await concurrency.open(store);
  const { snapStart, scaling } = keepAhead(functions, pool, store.changes);
  const provision = { directory: functions, concurrency, pool };
  const provisioned = await opened(new ProvisionedConcurrency(provision), store);
  const owner = await platformId(directory.path);
  const door = openDoor(site, { functions, concurrency, pool, traces: xray, owner });
  const { invoker } = door;
  const directories = await openDirectories(store);
  const receivers = openReceivers(site, owner, onNotice);
  const { queues, streamConsumer: streams } = receivers;
  const targets = destinationTargets(() => ({ queues: queues.sender, ...messaging.receivers }), roles);
  const events = new AsyncDispatcher({
    store,
    clock,
    invoker,
    configs: directories.eventInvokeConfigs,
    queuedTrace: (...event) => invoker.queuedTrace(...event),
    targets,
    target: (event) => functions.version(event, event.qualifier),
    roles,
    reservedConcurrency: (target) => functions.settings(target)?.reservedConcurrency,
    owner,
    mostInHand: config.concurrency,
    onNotice,
  });
  const messaging = await buildMessaging(site, owner, { invoker, events, policies, ...receivers });
  const eventSources = buildEventSources(site, owner, { invoker, functions, queues, streams, targets });
  const activation = openActivation(site, code, pool, snapStart);
  const unneededCode = new UnneededCode(functions, code);
  const doors = {
    functions,
    policies,
    concurrency,
    provisioned,
    snapStart,
    ...door,
    events,
    ...directories,
    ...receivers,
    messaging,
    eventSources,
  };
  const workers = openWorkers(site, { ...door, concurrency, code, traces: xray });
  // Those that come when they are needed take nothing before.
  if (config.workers !== 'auto') await workers?.prepare();
  return { runtimes, isolation, pool, workers, ...doors, scaling, targets, xray, activation, unneededCode };
}

/** What is stored beside functions and looked up without asking the store. */
async function openDirectories(store: Store) {
  return {
    eventInvokeConfigs: await opened(new EventInvokeConfigs(), store),
    functionUrls: await opened(new FunctionUrlDirectory(), store),
    scalableTargets: await opened(new ScalableTargets(), store),
  };
}

/** Who keeps environments that nobody has asked for yet. To be called after the directory has followed. */
function keepAhead(functions: FunctionDirectory, pool: Environments, changes: Store['changes']) {
  const snapStart = new SnapStart(functions, pool);
  const scaling = new ManagedScaling(functions, pool);
  for (const keeper of [snapStart, scaling]) keeper.follow(changes);
  return { snapStart, scaling };
}

/** The single door. */
function openDoor(
  site: Site,
  behind: {
    readonly functions: FunctionDirectory;
    readonly concurrency: AccountConcurrency;
    readonly pool: Environments;
    readonly traces: TraceSink;
    readonly owner: string;
  },
) {
  const { clock, state } = site;
  const { functions: directory, concurrency, pool, traces } = behind;
  const lender = new Lender(concurrency, clock);
  lender.follow(state.store.changes);
  const tracing = new Tracing(traces, clock);
  return {
    owner: behind.owner,
    lender,
    shares: openShares(site, behind.owner, { lender, concurrency }),
    invoker: new Invoker({ directory, concurrency: lender, pool, clock, tracing, ...others(state.store) }),
  };
}

/** Undefined where the database is this platform's own. */
function openShares(
  { clock, log, state: { store } }: Site,
  owner: string,
  { lender, concurrency }: { readonly lender: Lender; readonly concurrency: AccountConcurrency },
): PlatformShares | undefined {
  if (store.others === undefined) return undefined;
  const shares = new PlatformShares({
    ledger: new DatabaseLedger(store, owner),
    division: concurrency.division,
    clock,
    callBack: async (scopes) => await lender.callBack(scopes),
    onNotice: (message) => log.warn(message),
  });
  lender.shareWith(shares);
  return shares;
}

/** What other services hand on to. */
function openReceivers(
  { config, clock, identity, state: { store }, warnings }: Site,
  owner: string,
  onNotice: (message: string) => void,
) {
  const onDenied = deniedServices(config, warnings);
  const common = { store, clock, identities: identity.policies, onDenied, onNotice };
  const streams = new StreamsRuntime(common);
  const tables = new TablesRuntime({ ...common, owner, streams: streams.publisher });
  return {
    onDenied,
    queues: new QueuesRuntime({ ...common, owner }),
    streams,
    tables,
    streamConsumer: streamConsumers({ dynamodb: tables.consumer }, streams.consumer),
  };
}

function openActivation(
  { log, clock, state: { store } }: Site,
  code: CodeDirectories,
  pool: Environments,
  snapStart: SnapStart,
) {
  return startFunctionActivation({
    store,
    clock,
    prepareCode: async (stored) => {
      const version = functionVersionOf(stored);
      await code.prepareAll(version);
      if (version.snapStart !== true) void pool.factory.expect(version);
    },
    initialise: async (stored) => await snapStart.publish(functionVersionOf(stored)),
    onError: (error: unknown) => log.error(`A function could not be activated: ${String(error)}`),
  });
}

/** Undefined where this process runs everything itself. */
function openWorkers(
  { config, state, clock, log, warnings }: Site,
  parts: Pick<WorkersParts, 'lender' | 'concurrency' | 'code' | 'traces'>,
): Workers | undefined {
  const { store, directory, logSink } = state;
  if (mostWorkers(config) === 0) return undefined;
  return new Workers({ ...parts, store, clock, logs: logSink, log, warnings, directory: directory.path });
}

/** Those of this process. */
function openEnvironments(
  site: Omit<Site, 'isolation'> & { readonly isolation: ChosenIsolation },
  more: { readonly code: CodeDirectories; readonly traces: TraceDoor },
  concurrency: AccountConcurrency,
) {
  const { config, clock, identity, address } = site;
  const { directory, logSink } = site.state;
  tidyInstalledNodes(installDirectoryOf(directory.path));
  return buildEnvironments({
    ...site,
    ...more,
    logs: logSink,
    credentials: (version) => identity.functions.credentialsFor(version),
    directory: directory.path,
    ownDirectory: directory.path,
    // Those that may come later are no reason for fewer starts at a time now.
    processes: config.workers === 'auto' ? 1 : mostWorkers(config) + 1,
    endpoint: address,
    scaling: {
      take: (functionArn) => concurrency.takeStart(functionArn, clock.now()),
      giveBack: (functionArn) => concurrency.returnStart(functionArn),
    },
  });
}

/** What others on the database have written comes here a moment later; who finds nothing here asks. */
function others(store: Store): Pick<InvokerDependencies, 'catchUp'> {
  return { catchUp: store.others && (async () => await store.others?.catchUp()) };
}

/** Follows the store, and knows what is there. */
async function opened<T extends { open(store: Store): Promise<void> }>(
  directory: T,
  store: Store,
): Promise<T> {
  await directory.open(store);
  return directory;
}
