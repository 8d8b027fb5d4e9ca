import { randomUUID } from 'node:crypto';
import type { ServiceDefinition } from '../../src/aws/service.ts';
import { parseConfig } from '../../src/config.ts';
import { AsyncDispatcher } from '../../src/invoke/async/async-dispatcher.ts';
import type { AsyncInvoker } from '../../src/invoke/async/async-invoker.ts';
import { EventInvokeConfigs } from '../../src/invoke/async/event-invoke-configs.ts';
import { PolicyDirectory } from '../../src/invoke/policy-directory.ts';
import { MovableClock } from '../../src/model/clock.ts';
import type { StoredEventInvokeConfig } from '../../src/model/event-invoke-config.ts';
import { functionArn } from '../../src/model/stored-function.ts';
import { Address } from '../../src/platform/address.ts';
import { claimDataDirectory } from '../../src/platform/data-directory.ts';
import { deniedServices } from '../../src/platform/denied-services.ts';
import { destinationTargets } from '../../src/platform/destination-targets.ts';
import { openIdentity } from '../../src/platform/identity.ts';
import { buildMessaging, type MessagingSite } from '../../src/platform/messaging.ts';
import type { Site } from '../../src/platform/site.ts';
import { openState } from '../../src/platform/state.ts';
import { Warnings } from '../../src/platform/warnings.ts';
import { createEventsService } from '../../src/services/events/events-service.ts';
import { createSchedulerService } from '../../src/services/scheduler/scheduler-service.ts';
import { StreamsRuntime } from '../../src/services/kinesis/streams-runtime.ts';
import { createSnsService } from '../../src/services/sns/sns-service.ts';
import { QueuesRuntime } from '../../src/services/sqs/queues-runtime.ts';
import { createSqsService } from '../../src/services/sqs/sqs-service.ts';
import { ACCOUNT, contextOf } from '../support/request-context.ts';
import type { SimulatedFunctions } from './functions.ts';

const OWNER = 'simulated';

export interface WorldOptions {
  readonly startMs: number;
  readonly functions: (now: () => number) => SimulatedFunctions;
  readonly deadLetterTarget: (name: string) => string | undefined;
  /** What stands between services and functions. */
  readonly inFront: (accept: AsyncInvoker['accept']) => AsyncInvoker['accept'];
}

type WorldSite = MessagingSite & Pick<Site, 'warnings'>;
type Running = Awaited<ReturnType<typeof build>>;

/**
 * A platform without its HTTP and its sandboxes: store, clock, queues, topics, buses, schedules, deliveries and the
 * dispatcher of events are the real ones, wired as the platform wires them. Functions are simulated.
 */
export class World {
  readonly clock: MovableClock;
  readonly functions: SimulatedFunctions;
  /** What an operator would have read. */
  readonly notices: string[];
  readonly #site: WorldSite;
  readonly #options: WorldOptions;
  #running: Running;

  private constructor(
    site: WorldSite,
    options: WorldOptions,
    functions: SimulatedFunctions,
    notices: string[],
  ) {
    this.clock = site.clock;
    this.notices = notices;
    this.functions = functions;
    this.#site = site;
    this.#options = options;
    this.#running = undefined as never;
  }

  static async open(options: WorldOptions): Promise<World> {
    const notices: string[] = [];
    const note = (message: string): void => void notices.push(message);
    const log = { error: note, warn: note, info: () => undefined, debug: () => undefined };
    const config = parseConfig(['--ephemeral', '--permissions', 'relaxed'], {}, '/');
    const clock = new MovableClock();
    clock.follow({ offsetMs: 0, frozenAtMs: options.startMs });
    const warnings = new Warnings({ ...log, warn: () => undefined });
    const directory = await claimDataDirectory(config.dataDir, config.ephemeral);
    const state = await openState(config, directory, clock, warnings);
    const identity = await openIdentity(config, state.store, clock, warnings);
    const address = new Address(config);
    const site: WorldSite = { config, log, warnings, address, identity, clock, state };
    const world = new World(
      site,
      options,
      options.functions(() => clock.now()),
      notices,
    );
    await world.#start();
    return world;
  }

  get running(): Running {
    return this.#running;
  }

  /** Stops and starts anew everything but the store and the clock. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#site.state.close();
  }

  /** Calls an operation as the wire would. */
  async call<Output>(service: keyof Running['services'], operation: string, input: object): Promise<Output> {
    const handler = this.#running.services[service].operations[operation];
    if (handler === undefined) throw new Error(`${service} has no operation ${operation}`);
    return (await handler(input, contextOf(service, operation))) as Output;
  }

  /** Accepts an event as Invoke does. */
  async invoke(name: string, payload: string): Promise<void> {
    await this.#running.acceptor.accept({
      ...ACCOUNT,
      name,
      qualifier: undefined,
      payload: Buffer.from(payload),
      requestId: randomUUID(),
      traceId: undefined,
    });
  }

  async configure(name: string, configuration: StoredEventInvokeConfig): Promise<void> {
    const value = JSON.stringify(configuration);
    await this.#site.state.store.write(async (tx, announce) => {
      const row = {
        account_id: ACCOUNT.accountId,
        region: ACCOUNT.region,
        function_name: name,
        qualifier: '$LATEST',
        configuration: value,
      };
      await tx.insertInto('lambda_event_invoke_configs').values(row).execute();
      const key = `${functionArn(ACCOUNT.accountId, ACCOUNT.region, name)}:$LATEST`;
      announce({ kind: 'event-invoke-config', key, value: configuration });
    });
  }

  /** Until a request that has just been sent waits for nothing but the clock: reads of the store follow each other. */
  async quiet(): Promise<void> {
    for (let reads = 0; reads < 6; reads += 1) await this.unfinished();
  }

  /** Events and deliveries that are not done with. */
  async unfinished(): Promise<number> {
    const { db } = this.#site.state.store;
    const count = async (table: 'deliveries' | 'lambda_async_events'): Promise<number> =>
      (await db.selectFrom(table).select('id').execute()).length;
    return (await count('deliveries')) + (await count('lambda_async_events'));
  }

  async #start(): Promise<void> {
    this.#running = await build(this.#site, this.functions, this.#options);
    const { queues, messaging, events } = this.#running;
    await queues.start();
    await messaging.start();
    await events.start();
  }

  async #stop(): Promise<void> {
    const { queues, messaging, events } = this.#running;
    queues.dismiss();
    await messaging.stop();
    await events.stop();
    await queues.stop();
  }
}

async function build(
  site: WorldSite,
  functions: SimulatedFunctions,
  { deadLetterTarget, inFront }: WorldOptions,
) {
  const { clock, log } = site;
  const { store } = site.state;
  const onNotice = (message: string): void => log.warn(message);
  const onDenied = deniedServices(site.config, site.warnings);
  const identities = site.identity.policies;
  const queues = new QueuesRuntime({ store, clock, identities, owner: OWNER, onDenied, onNotice });
  const streams = new StreamsRuntime({ store, clock, identities, onDenied, onNotice });
  const configs = new EventInvokeConfigs();
  await configs.open(store);
  const policies = new PolicyDirectory();
  await policies.open(store);
  const roles = site.identity.serviceRoles;
  const targets = destinationTargets(() => ({ queues: queues.sender, ...messaging.receivers }), roles);
  const events = new AsyncDispatcher({
    store,
    clock,
    invoker: functions,
    configs,
    targets,
    target: ({ name }) => {
      const deadLetterTargetArn = deadLetterTarget(name);
      return { role: 'role', ...(deadLetterTargetArn !== undefined && { deadLetterTargetArn }) };
    },
    roles,
    reservedConcurrency: ({ name }) => (functions.byName.get(name)?.isOff === true ? 0 : undefined),
    owner: OWNER,
    mostInHand: site.config.concurrency,
    onNotice,
  });
  const acceptor = { accept: inFront(async (request) => await events.accept(request)) };
  const messaging = await buildMessaging(site, OWNER, {
    queues,
    streams,
    events: acceptor,
    invoker: functions,
    policies,
    onDenied,
  });
  const services = {
    sqs: createSqsService(queues),
    sns: createSnsService(messaging.topics),
    events: createEventsService(messaging.buses),
    scheduler: createSchedulerService(messaging.scheduler),
  } satisfies Record<string, ServiceDefinition>;
  return { queues, events, acceptor, messaging, services };
}
