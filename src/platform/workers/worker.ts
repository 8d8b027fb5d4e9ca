import { join } from 'node:path';
import type { Socket } from 'node:net';
import { Endpoint } from '../../aws/endpoint.ts';
import { isFunctionUrl } from '../../front-doors/function-urls/url-address.ts';
import type { Config } from '../../config.ts';
import { FunctionDirectory } from '../../invoke/function-directory.ts';
import { Invoker, type InvokerDependencies } from '../../invoke/invoke-function.ts';
import { Borrower } from '../../invoke/lending/borrower.ts';
import { Tracing } from '../../invoke/tracing/tracing.ts';
import { PolicyDirectory } from '../../invoke/policy-directory.ts';
import { MovableClock } from '../../model/clock.ts';
import { environmentRemoved } from '../../model/lambda-errors.ts';
import type { SamplingAnswer } from '../../model/trace-sink.ts';
import { createInvokeService, type InvokeDependencies } from '../../services/lambda/invoke-service.ts';
import { ChangeFeed } from '../../store/change-feed.ts';
import { createPlatformLog, type PlatformLog } from '../../telemetry/platform-log.ts';
import { buildEnvironments } from '../environments.ts';
import { chooseIsolation } from '../isolation.ts';
import { identityOf, type Who } from '../identity.ts';
import { PlainInvokes } from './plain-invokes.ts';
import { mostWorkers } from './most-workers.ts';
import { RemoteCode } from './remote-code.ts';
import { Starts, type StartsAnswer } from './starts.ts';
import { followTls } from '../tls-renewal.ts';
import type { WorkerChannel } from './worker-channel.ts';
import { WorkerConnections } from './worker-connections.ts';
import { WorkerLogs } from './worker-logs.ts';
import { WorkerSegments } from './worker-segments.ts';
import type { Greeting, LastWord, NewConnection, Pulse, WorkerFacts } from './worker-messages.ts';
import type { ToMain, ToWorker } from './worker-messages.ts';

export type MainChannel = WorkerChannel<ToMain, ToWorker>;
const TIDY_MS = 500;

/** What one worker process is made of. */
export class Worker {
  readonly #parts: Awaited<ReturnType<typeof build>>;
  readonly #main: MainChannel;
  readonly #tidying: NodeJS.Timeout;

  private constructor(parts: Awaited<ReturnType<typeof build>>, main: MainChannel) {
    this.#parts = parts;
    this.#main = main;
    this.#tidying = setInterval(() => this.#tidy(), TIDY_MS);
  }

  static async start(greeting: Greeting, main: MainChannel): Promise<Worker> {
    const parts = await build(greeting, main);
    parts.feed.publish(greeting.changes);
    return new Worker(parts, main);
  }

  /** A connection that the main process has accepted; undefined when it ended on its way. */
  take({ bytes }: NewConnection, socket: Socket | undefined): void {
    const { connections } = this.#parts;
    if (socket === undefined) connections.miss();
    else connections.take(socket, bytes);
  }

  /** @returns the answer, for what is a question */
  hear(message: Exclude<ToWorker, Greeting>): unknown {
    const { feed, borrower, clock, connections, invoker } = this.#parts;
    switch (message.kind) {
      case 'changes':
        return feed.publish(message.changes);
      case 'grant':
        return borrower.granted(message.grant);
      case 'recall':
        return borrower.recall(message.recall);
      case 'clock':
        return clock.follow(message.clock);
      case 'alive':
        return { load: connections.load(), invocations: invoker.accepted } satisfies Pulse;
      case 'yield':
        return connections.yield(message.connections);
      case 'hand-back':
        return connections.handBack();
      case 'facts':
        return this.#facts();
      case 'reset':
        return this.#reset();
      case 'stop':
        return this.#stop(message.connections);
    }
  }

  #tidy(): void {
    const { borrower, connections } = this.#parts;
    borrower.tidy();
    if (connections.isLeaving) connections.handBack();
  }

  #facts(): WorkerFacts {
    const { invoker, pool } = this.#parts;
    return {
      invocations: invoker.accepted,
      counts: pool.counts(),
      environments: pool.factory.records.all(),
    };
  }

  async #reset(): Promise<void> {
    const { functions, identity, policies, plain, borrower, pool, logs, segments } = this.#parts;
    functions.clear();
    identity.directory.clear();
    policies.clear();
    plain.clear();
    borrower.clear(environmentRemoved());
    // Environments may take seconds to end. Who comes meanwhile need not wait for that.
    this.#main.tell({ kind: 'emptied' });
    await pool.destroyAll();
    await logs.drain();
    segments.flush();
  }

  /**
   * Answers what it has begun, then ends what it has started.
   * @param given connections, some of which may still be on their way
   */
  async #stop(given: number): Promise<LastWord> {
    const { connections, invoker, pool, isolation, logs, segments } = this.#parts;
    this.#parts.unfollowTls();
    await connections.close(given);
    await invoker.idle();
    clearInterval(this.#tidying);
    await pool.close();
    await isolation.driver.close();
    await logs.drain();
    segments.flush();
    return { invocations: invoker.accepted };
  }
}

/** A driver of its own, of the level that the main process has. */
async function openIsolation(
  greeting: Greeting,
  main: MainChannel,
  clock: MovableClock,
  accept: (socket: Socket) => void,
) {
  const config = { ...greeting.config, isolation: greeting.isolation };
  const warnings = { add: (message: string) => main.tell({ kind: 'warning', message }) };
  const ownDirectory = join(greeting.directory, 'workers', String(greeting.worker));
  const service = Promise.resolve({ port: greeting.port, accept });
  const isolation = await chooseIsolation(config, join(ownDirectory, 'cache'), warnings, { service }, clock);
  return { config, warnings, ownDirectory, isolation };
}

/** What environments write, which the main process keeps. */
function openSinks(main: MainChannel) {
  return {
    logs: new WorkerLogs({ send: async (batches) => await main.ask({ kind: 'logs', batches }) }),
    segments: new WorkerSegments({
      send: (deliveries) => main.tell({ kind: 'segments', deliveries }),
      backlogBytes: () => main.backlogBytes,
      ask: async (question) => (await main.ask({ kind: 'sampling', question })) as SamplingAnswer,
    }),
  };
}

async function build(greeting: Greeting, main: MainChannel) {
  const { config, directory } = greeting;
  const log = createPlatformLog({ level: config.logLevel, json: config.json });
  const clock = new MovableClock();
  clock.follow(greeting.clock);
  const identity = identityOf(config, clock, greeting.sessionKey);
  const { logs, segments } = openSinks(main);
  const inside = (socket: Socket): void => connections.passOn({ kind: 'inside' }, socket);
  const own = await openIsolation(greeting, main, clock, inside);
  const { isolation } = own;
  const { pool } = buildEnvironments({
    ...own,
    clock,
    logs,
    traces: segments,
    code: new RemoteCode(async (sha256s, areLayers) =>
      String(await main.ask({ kind: 'code', sha256s, areLayers })),
    ),
    credentials: (version) => identity.functions.credentialsFor(version),
    scaling: startsFrom(main),
    directory,
    processes: mostWorkers(config) + 1,
    endpoint: { inside: () => greeting.endpoint.inside, local: () => greeting.endpoint.local },
  });
  const feed = new ChangeFeed((error) => log.error(`A change could not be followed: ${String(error)}`));
  const functions = new FunctionDirectory((functionArn, keep) => pool.retire(functionArn, keep));
  const policies = new PolicyDirectory();
  const borrower = new Borrower({
    need: (need) => main.tell({ kind: 'need', need }),
    returned: (returned) => main.tell({ kind: 'returned', returned }),
    removed: (functionArn) => main.tell({ kind: 'removed', functionArn }),
    recalled: (round) => main.tell({ kind: 'recalled', round }),
  });
  const plain = new PlainInvokes();
  for (const follower of [functions, policies, identity.directory, borrower, plain]) follower.follow(feed);
  const invoker = new Invoker({
    directory: functions,
    concurrency: borrower,
    pool,
    clock,
    tracing: new Tracing(segments, clock),
    ...others(main, config),
  });
  const endpoint = buildEndpoint(
    greeting,
    { clock, invoker, policies, identities: identity.policies },
    identity.who,
    log,
  );
  const connections: WorkerConnections = new WorkerConnections({
    endpoint,
    plain,
    tls: greeting.tls,
    relay: greeting.relay,
    onClosed: (count) => main.tell({ kind: 'closed', connections: count }),
  });
  const parts = { feed, clock, identity, functions, policies, plain, borrower, invoker, pool, isolation };
  const unfollowTls = followTls(config, greeting.tls, log, (tls) => connections.renewTls(tls));
  return { ...parts, logs, segments, connections, unfollowTls };
}

function startsFrom(main: MainChannel): Starts {
  return new Starts({
    ask: async (functionArn, wanted) =>
      (await main.ask({ kind: 'starts', functionArn, wanted })) as StartsAnswer,
    giveBack: (functionArn, count) => main.tell({ kind: 'starts-returned', functionArn, count }),
  });
}

/** The main process knows what other platforms on its database have written, and asks them. */
function others(main: MainChannel, { store }: Config): Pick<InvokerDependencies, 'catchUp'> {
  return {
    catchUp: store === undefined ? undefined : async () => void (await main.ask({ kind: 'catch-up' })),
  };
}

function buildEndpoint({ config }: Greeting, deps: InvokeDependencies, who: Who, log: PlatformLog): Endpoint {
  return new Endpoint({
    services: [createInvokeService(deps)],
    ...who,
    ...(config.publicHost === undefined ? {} : { publicHost: config.publicHost }),
    // A request to a function's own host is the main process's: here it is only told apart.
    userTraffic: { owns: isFunctionUrl, handle: (_request, response) => void response.destroy() },
    onInternalError: (error, context) =>
      log.error(`${context.service}:${context.operation} failed`, {
        error: error instanceof Error ? error.stack : error,
      }),
  });
}
