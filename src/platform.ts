import { arch, availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Endpoint } from './aws/endpoint.ts';
import { Listener } from './aws/listener.ts';
import type { Config } from './config.ts';
import { CodeDirectories } from './environment/code-directory.ts';
import { EnvironmentPool } from './environment/environment-pool.ts';
import { createRuntimeCatalog } from './environment/runtimes/create-runtime-catalog.ts';
import { AdminRoutes } from './front-doors/admin/admin-routes.ts';
import { CodeDownloads } from './front-doors/admin/code-downloads.ts';
import { AccountConcurrency } from './invoke/account-concurrency.ts';
import { FunctionDirectory } from './invoke/function-directory.ts';
import { Invoker } from './invoke/invoke-function.ts';
import { MovableClock } from './model/clock.ts';
import { Address } from './platform/address.ts';
import { claimDataDirectory, storeName } from './platform/data-directory.ts';
import { FunctionKeyring } from './platform/function-credentials.ts';
import { invokeLane } from './platform/invoke-lane.ts';
import { portStartError, readTls, storeStartError } from './platform/start-error.ts';
import { VERSION } from './platform/version.ts';
import { Warnings } from './platform/warnings.ts';
import { ProcessDriver } from './sandbox/process/process-driver.ts';
import { startFunctionActivation } from './services/lambda/functions/function-activation.ts';
import { createLambdaService } from './services/lambda/lambda-service.ts';
import { createFunctionLogSink } from './services/logs/function-log-sink.ts';
import { createLogsService } from './services/logs/logs-service.ts';
import { LogSegments } from './store/log-segments/log-segments.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import type { PlatformLog } from './telemetry/platform-log.ts';

/** A function may run for fifteen minutes; after that nothing can still be in flight. */
const LONGEST_INVOCATION_MS = 16 * 60_000;

/** One running Lambent. The only place where parts are made and wired; `start` and `stop` keep their order. */
export class Platform {
  readonly endpoint: string;
  readonly isolation: string;
  readonly storeName: string;
  readonly #parts: Parts;
  readonly #listener: Listener;

  private constructor(parts: Parts, listener: Listener) {
    this.#parts = parts;
    this.#listener = listener;
    this.endpoint = parts.address.shown();
    this.isolation = parts.driver.isolation;
    this.storeName = parts.storeName;
  }

  /** @throws StartError when this machine is in the way: port, data directory, database */
  static async start(config: Config, log: PlatformLog): Promise<Platform> {
    const parts = await build(config, log);
    const listener = new Listener({
      onRequest: (request, response) => parts.endpoint.handle(request, response),
      fastLane: invokeLane(parts.endpoint),
      ...readTls(config.tlsCert, config.tlsKey),
    });
    try {
      parts.address.port = await listener.listen(config.port, config.host);
    } catch (error) {
      await parts.close();
      throw portStartError(error, config.host, config.port);
    }
    return new Platform(parts, listener);
  }

  /** Takes nothing new, lets running invocations finish, then closes from the outside in. */
  async stop(): Promise<void> {
    const closed = this.#listener.close(LONGEST_INVOCATION_MS);
    await this.#parts.invoker.idle();
    await closed;
    await this.#parts.close();
  }
}

type Parts = Awaited<ReturnType<typeof build>>;

async function build(config: Config, log: PlatformLog) {
  const warnings = new Warnings(log);
  const address = new Address(config);
  const keyring = new FunctionKeyring();
  const clock = new MovableClock();
  const state = await openState(config, clock, warnings);
  const execution = await buildExecution({ config, log, warnings, address, keyring, clock, state });
  const endpoint = buildFront({ config, log, warnings, address, keyring, clock, state, execution });
  const { driver, pool, invoker, activation } = execution;
  const close = async (): Promise<void> => {
    activation.stop();
    await pool.close();
    await driver.close();
    await activation.settled();
    await state.close();
  };
  return { address, driver, endpoint, invoker, storeName: state.name, close };
}

/** What every stage of building needs. */
interface Site {
  readonly config: Config;
  readonly log: PlatformLog;
  readonly warnings: Warnings;
  readonly address: Address;
  readonly keyring: FunctionKeyring;
  readonly clock: MovableClock;
  readonly state: State;
}

type State = Awaited<ReturnType<typeof openState>>;
type Execution = Awaited<ReturnType<typeof buildExecution>>;

/** From the single door down to the sandbox. */
async function buildExecution({ config, log, warnings, address, keyring, clock, state }: Site) {
  const { store, directory, logSink } = state;
  const runtimes = createRuntimeCatalog({
    strict: config.strictRuntimes,
    cacheDirectory: join(directory.path, 'cache'),
    searchPath: process.env['PATH'] ?? '',
  });
  const code = new CodeDirectories(join(directory.path, 'code'), (sha256) => store.blobs.path(sha256));
  const driver = new ProcessDriver();
  const pool = new EnvironmentPool({
    driver,
    runtimes,
    codeDirectory: async (sha256) => await code.prepare(sha256),
    logs: logSink,
    clock,
    endpointUrl: () => address.local(),
    credentials: (version) => keyring.credentials(version.accountId),
    scratchRoot: join(directory.path, 'scratch'),
    idleExpiryMs: config.idleExpirySeconds * 1000,
    parallelStarts: 2 * availableParallelism(),
    onWarning: (message) => warnings.add(message),
  });
  const functions = new FunctionDirectory((functionArn, keep) => pool.retire(functionArn, keep));
  await functions.open(store);
  const concurrency = new AccountConcurrency(config.concurrency);
  const invoker = new Invoker({ directory: functions, concurrency, pool, clock });
  const activation = startFunctionActivation({
    store,
    clock,
    prepareCode: async (sha256) => void (await code.prepare(sha256)),
    onError: (error: unknown) => log.error(`A function could not be activated: ${String(error)}`),
  });
  return { runtimes, driver, pool, functions, invoker, activation };
}

/** What answers on the port: the AWS services, and the platform's own routes. */
function buildFront({ execution, ...site }: Site & { readonly execution: Execution }) {
  const { config, log, keyring, clock, state } = site;
  const { store, segments } = state;
  const codeDownloads = new CodeDownloads(store.blobs, clock);
  const services = [
    createLambdaService({
      store,
      clock,
      invoker: execution.invoker,
      runtimes: execution.runtimes,
      codeLocation: (origin, stored) => codeDownloads.location(origin, stored.codeSha256),
      concurrentExecutions: config.concurrency,
      machineArchitecture: arch() === 'arm64' ? 'arm64' : 'x86_64',
    }),
    createLogsService({ store, segments, clock }),
  ];
  const admin = buildAdmin({ ...site, execution }, codeDownloads);
  const keys = new Map(config.accessKeys.map((key) => [key.accessKeyId, key]));
  return new Endpoint({
    services,
    defaultAccountId: config.accountId,
    defaultRegion: config.region,
    ...(config.publicHost === undefined ? {} : { publicHost: config.publicHost }),
    auth: config.auth,
    secretOf: (id) =>
      keys.get(id)?.secretAccessKey ?? (/^\d{12}$/.test(id) ? keyring.secretOf(id) : undefined),
    resolveAccount: (id) => keys.get(id)?.accountId,
    now: () => clock.now(),
    localRoutes: (request, response, path) => admin.handle(request, response, path),
    onInternalError: (error, context) =>
      log.error(`${context.service}:${context.operation} failed`, {
        error: error instanceof Error ? error.stack : error,
      }),
  });
}

function buildAdmin(
  site: Site & { readonly execution: Execution },
  codeDownloads: CodeDownloads,
): AdminRoutes {
  const { config, log, warnings, address, clock, state } = site;
  const { driver, pool, functions, invoker } = site.execution;
  const startedAt = performance.now();
  const mayReset = config.ephemeral || config.allowReset;
  const reset = async (): Promise<void> => {
    functions.clear();
    // In this order: an environment's last lines must not bring its log group back.
    await pool.destroyAll();
    await state.store.reset();
    await state.segments.reset();
  };
  return new AdminRoutes({
    codeDownloads,
    health: () => ({
      status: 'running',
      version: VERSION,
      uptimeMs: Math.round(performance.now() - startedAt),
      isolation: driver.isolation,
      store: state.name,
      endpoint: address.shown(),
      region: config.region,
      accountId: config.accountId,
      functions: functions.size,
      environments: pool.counts(),
      invocations: invoker.accepted,
      warnings: warnings.all(),
    }),
    reset: mayReset ? reset : undefined,
    advanceClock: mayReset ? (byMs) => clock.advance(byMs) : undefined,
    onError: (error) => log.error(`An admin route failed: ${String(error)}`),
  });
}

/** What is on disk: the directory, the database and blobs, the log events. */
async function openState(config: Config, clock: MovableClock, warnings: Warnings) {
  const directory = await claimDataDirectory(config.dataDir, config.ephemeral);
  let store: Store;
  try {
    store = await openStore({
      dataDir: directory.path,
      url: config.store,
      ephemeral: config.ephemeral,
      onWarning: (message) => warnings.add(message),
    });
  } catch (error) {
    await directory.release();
    throw storeStartError(error);
  }
  const segments = new LogSegments({
    directory: join(directory.path, 'logs'),
    clock,
    onWriteError: (error) => warnings.add(`Log events could not be written: ${String(error)}`),
  });
  const logSink = createFunctionLogSink({ store, segments, clock });
  const close = async (): Promise<void> => {
    await logSink.flush();
    await store.close();
    await directory.release();
  };
  return { directory, store, segments, logSink, name: storeName(config), close };
}
