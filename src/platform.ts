import { join } from 'node:path';
import { Listener } from './aws/listener.ts';
import type { TlsSettings } from './aws/tls-settings.ts';
import type { Config } from './config.ts';
import { MovableClock } from './model/clock.ts';
import { Address } from './platform/address.ts';
import { claimDataDirectory } from './platform/data-directory.ts';
import { buildExecution } from './platform/execution.ts';
import { buildFront } from './platform/front.ts';
import { openIdentity } from './platform/identity.ts';
import { InsideDoor } from './platform/inside-door.ts';
import { invokeLane } from './platform/invoke-lane.ts';
import { chooseIsolation } from './platform/isolation.ts';
import { mostConnections, tooManyConnections } from './platform/most-connections.ts';
import { portStartError, readTls } from './platform/start-error.ts';
import { openState } from './platform/state.ts';
import { followTls } from './platform/tls-renewal.ts';
import { Warnings } from './platform/warnings.ts';
import type { AutoWorkers } from './platform/workers/auto-workers.ts';
import { startWorkers } from './platform/workers/start-workers.ts';
import type { PlatformLog } from './telemetry/platform-log.ts';

/** A function may run for fifteen minutes; after that nothing can still be in flight. */
const LONGEST_INVOCATION_MS = 16 * 60_000;

/** One running Lambent. Parts are made and wired here and in `platform/` only; `start` and `stop` keep their order. */
export class Platform {
  readonly endpoint: string;
  readonly isolation: string;
  /** Why it is that level and no stronger one. */
  readonly isolationReason: string;
  readonly storeName: string;
  /** Resolves with the reason, when this platform can no longer know what others on its database have written. */
  readonly lapsed: Promise<string>;
  readonly #parts: Parts;
  readonly #listener: Listener;
  readonly #autoWorkers: AutoWorkers | undefined;
  readonly #unfollowTls: () => void;

  private constructor(
    parts: Parts,
    listener: Listener,
    { autoWorkers, unfollowTls }: { autoWorkers: AutoWorkers | undefined; unfollowTls: () => void },
    lapsed: Promise<string>,
  ) {
    this.lapsed = lapsed;
    this.#parts = parts;
    this.#listener = listener;
    this.#autoWorkers = autoWorkers;
    this.#unfollowTls = unfollowTls;
    this.endpoint = parts.address.shown();
    this.isolation = parts.isolation.driver.isolation;
    this.isolationReason = parts.isolation.reason;
    this.storeName = parts.storeName;
  }

  /** @throws StartError when this machine is in the way: port, data directory, database */
  static async start(config: Config, log: PlatformLog): Promise<Platform> {
    const parts = await build(config, log);
    const { endpoint, functionRoutes, workers } = parts;
    const tls = readTls(config.tlsCert, config.tlsKey);
    const common = { fastLane: invokeLane(endpoint), tls };
    const most = mostConnections();
    const listener: Listener = new Listener({
      ...common,
      mostConnections: most,
      onFull: () => parts.warnings.add(tooManyConnections(most ?? 0)),
      onError: (error) => parts.warnings.add(`A connection could not be accepted: ${error.message}`),
      fastLane: {
        ...common.fastLane,
        counts: (request) => workers?.plain.has(request) === true,
        onReleased: (socket, unread) => {
          if (workers?.move(socket, unread) !== true) listener.resume(socket, unread);
        },
      },
      passOn: workers && ((socket, begun) => workers.pass(socket, begun)),
      onRequest: (request, response) => {
        workers?.wayBack.follow(request, response);
        endpoint.handle(request, response);
      },
    });
    // Its connections come from sandboxes' own networks, which says all about who is there.
    const forFunctions = new Listener({
      ...common,
      onRequest: (request, response) => endpoint.handle(request, response, functionRoutes),
    });
    let autoWorkers: AutoWorkers | undefined;
    let unfollowTls: () => void;
    const lapsed = Promise.withResolvers<string>();
    try {
      // All that is kept in memory is there to be told.
      parts.others?.follow(lapsed.resolve);
      await parts.others?.catchUp();
      await parts.shares?.start();
      parts.address.port = await listener.listen(config.port, config.host);
      parts.inside.open(parts.address.port, forFunctions);
      // Only now: functions have to be able to call back.
      parts.provisioned.begin();
      parts.snapStart.begin();
      parts.scaling.begin();
      parts.autoscaling.begin();
      await parts.queues.start();
      parts.streams.start();
      parts.tables.start();
      await parts.messaging.start();
      await parts.events.start();
      await parts.eventSources.start();
      autoWorkers = await parts.beginWorkers(tls, listener, forFunctions);
      const renew = (fresh: TlsSettings): void => {
        for (const each of [listener, forFunctions]) each.renewTls(fresh);
      };
      unfollowTls = followTls(config, tls, { warn: (text) => parts.warnings.add(text) }, renew);
    } catch (error) {
      await parts.close();
      throw portStartError(error, config.host, config.port);
    }
    return new Platform(parts, listener, { autoWorkers, unfollowTls }, lapsed.promise);
  }

  /** Takes nothing new, lets running invocations finish, then closes from the outside in. */
  async stop(): Promise<void> {
    this.#autoWorkers?.stop();
    this.#unfollowTls();
    const workersStopped = this.#parts.workers?.stop();
    const closed = this.#listener.close(LONGEST_INVOCATION_MS, workersStopped);
    const polled = this.#parts.eventSources.stop();
    // Receivers that wait for messages get their answer now, or the listener would wait for them.
    this.#parts.queues.dismiss();
    this.#parts.streams.dismiss();
    await this.#parts.messaging.stop();
    await this.#parts.events.stop();
    await this.#parts.invoker.idle();
    await Promise.all([closed, polled]);
    await this.#parts.close();
  }
}

type Parts = Awaited<ReturnType<typeof build>>;

async function build(config: Config, log: PlatformLog) {
  const warnings = new Warnings(log);
  for (const name of config.unknownVariables)
    warnings.add(`${name} is no setting of Lambent's and has no effect.`);
  const address = new Address(config);
  const clock = new MovableClock();
  const inside = new InsideDoor();
  const directory = await claimDataDirectory(config.dataDir, config.ephemeral);
  // Beside the store: both mostly wait for what they have started.
  const opening = chooseIsolation(config, join(directory.path, 'cache'), warnings, inside, clock);
  const abandon = async (): Promise<void> => {
    const opened = await opening.catch(() => undefined);
    await opened?.driver.close();
  };
  opening.catch(() => undefined);
  const state = await openState(config, directory, clock, warnings, abandon);
  const identity = await openIdentity(config, state.store, clock, warnings);
  const site = { config, log, warnings, address, identity, clock, state, inside, isolation: opening };
  const execution = await buildExecution(site);
  const front = buildFront({ ...site, execution });
  const { activation, isolation, queues, streams, tables, pool, shares, snapStart, workers, xray } =
    execution;
  const close = async (): Promise<void> => {
    activation.stop();
    await Promise.all([front.autoscaling.stop(), queues.stop()]);
    // Tables put records into streams.
    await tables.stop();
    await streams.stop();
    await pool.close();
    snapStart.close();
    await isolation.driver.close();
    await activation.settled();
    await Promise.all([shares?.stop(), xray.stop(), execution.unneededCode.stop()]);
    await state.close();
  };
  const beginWorkers = async (
    tls: TlsSettings | undefined,
    listener: Listener,
    forFunctions: Listener,
  ): Promise<AutoWorkers | undefined> => {
    const greeting = {
      config,
      isolation: isolation.driver.isolation as Config['isolation'],
      endpoint: { inside: address.inside(), local: address.local() },
      port: address.port,
      sessionKey: identity.sessionKey,
      tls,
    };
    return workers && (await startWorkers({ config, log, workers, greeting, listener, forFunctions }));
  };
  return {
    ...execution,
    ...front,
    warnings,
    others: state.store.others,
    address,
    inside,
    beginWorkers,
    storeName: state.name,
    close,
  };
}
