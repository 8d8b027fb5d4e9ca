import { join } from 'node:path';
import { DeliveryQueue } from '../delivery/delivery-queue.ts';
import type { AsyncInvoker } from '../invoke/async/async-invoker.ts';
import type { FunctionInvoker } from '../invoke/function-invoker.ts';
import type { PolicyDirectory } from '../invoke/policy-directory.ts';
import type { OnDeniedService } from '../model/denied-service.ts';
import { EventsRuntime } from '../services/events/events-runtime.ts';
import { SchedulerRuntime } from '../services/scheduler/scheduler-runtime.ts';
import { ObjectsRuntime } from '../services/s3/objects-runtime.ts';
import { TopicsRuntime } from '../services/sns/topics-runtime.ts';
import type { StreamsRuntime } from '../services/kinesis/streams-runtime.ts';
import type { QueuesRuntime } from '../services/sqs/queues-runtime.ts';
import { FunctionAcceptor } from './function-acceptor.ts';
import type { Site } from './site.ts';

/** Under way at once, from services to their targets. */
const MOST_DELIVERIES = 512;

export type MessagingSite = Pick<Site, 'config' | 'log' | 'clock' | 'address' | 'identity' | 'state'>;

interface Receivers {
  readonly queues: QueuesRuntime;
  readonly streams: Pick<StreamsRuntime, 'publisher'>;
  readonly events: AsyncInvoker;
  readonly invoker: FunctionInvoker;
  readonly policies: PolicyDirectory;
  readonly onDenied: OnDeniedService;
}

/** The services that hand on what they are given, and what they hand it on with. */
export async function buildMessaging(site: MessagingSite, owner: string, receivers: Receivers) {
  const { log, clock, address } = site;
  const { store, directory } = site.state;
  const onNotice = (message: string): void => log.warn(message);
  const deliveries = new DeliveryQueue({ store, clock, owner, mostInHand: MOST_DELIVERIES, onNotice });
  const { onDenied } = receivers;
  const functions = new FunctionAcceptor(receivers);
  const topics = new TopicsRuntime({
    store,
    clock,
    identities: site.identity.policies,
    deliveries,
    queues: receivers.queues.sender,
    functions,
    keyFile: join(directory.path, 'sns-signing-key.json'),
    origin: () => address.shown(),
    onDenied,
    onNotice,
  });
  await topics.open();
  const roles = site.identity.serviceRoles;
  const buses = new EventsRuntime({
    roles,
    store,
    clock,
    deliveries,
    queues: receivers.queues.sender,
    topics: topics.publisher,
    streams: receivers.streams.publisher,
    functions,
    onNotice,
  });
  await buses.open();
  const scheduler = new SchedulerRuntime({
    roles,
    store,
    clock,
    deliveries,
    queues: receivers.queues.sender,
    topics: topics.publisher,
    streams: receivers.streams.publisher,
    buses: buses.port,
    functions,
    onNotice,
  });
  const targets = { queues: receivers.queues.sender, topics: topics.publisher, buses: buses.port, functions };
  const objects = buildObjects(site, owner, deliveries, targets);
  return {
    deliveries,
    objects,
    topics,
    buses,
    scheduler,
    /** Who takes records and dead letters. */
    receivers: { topics: topics.publisher, buses: buses.port, objects: objects.writer },
    ...lifeOf({ deliveries, objects, buses, scheduler }),
  };
}

function buildObjects(
  { config, clock, identity, log, state }: MessagingSite,
  owner: string,
  deliveries: DeliveryQueue,
  targets: ConstructorParameters<typeof ObjectsRuntime>[0]['targets'],
): ObjectsRuntime {
  return new ObjectsRuntime({
    deliveries,
    targets,
    store: state.store,
    clock,
    identities: identity.policies,
    directory: join(state.directory.path, 'objects'),
    durable: !config.ephemeral,
    owner,
    onNotice: (message) => log.warn(message),
  });
}

interface Running {
  readonly deliveries: DeliveryQueue;
  readonly objects: ObjectsRuntime;
  readonly buses: EventsRuntime;
  readonly scheduler: SchedulerRuntime;
}

function lifeOf({ deliveries, objects, buses, scheduler }: Running) {
  return {
    /** Takes up what an earlier run has left; nothing is delivered and nothing is due before. */
    start: async () => {
      await objects.start();
      await deliveries.start();
      buses.start();
      scheduler.start();
    },
    stop: async () => {
      await buses.stop();
      await scheduler.stop();
      await deliveries.stop();
      await objects.stop();
    },
  };
}
