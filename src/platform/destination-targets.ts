import { randomUUID } from 'node:crypto';
import type { DestinationTarget, DestinationTargets, TargetState } from '../model/destination-target.ts';
import type { EventBusPort } from '../model/event-bus-port.ts';
import type { ObjectWriter } from '../model/object-ports.ts';
import type { QueueSender, QueueSenderIdentity } from '../model/queue-ports.ts';
import { checkSending } from '../model/sending-rights.ts';
import { ServiceError } from '../model/service-error.ts';
import type { ServiceRoles } from '../model/service-roles.ts';
import type { TopicPublisher } from '../model/topic-publisher.ts';

interface DestinationServices {
  readonly queues: QueueSender;
  readonly topics: TopicPublisher;
  readonly buses: EventBusPort;
  readonly objects: ObjectWriter;
}

/** What PutEvents takes. */
const LARGEST_EVENT_BYTES = 1_048_576;

/**
 * Where Lambda's records and dead letters can go, beside other functions, for functions whose roles may send there.
 * @param services asked for once there is something to send: they are built on the invokes whose records they take
 */
export function destinationTargets(
  services: () => DestinationServices,
  roles: ServiceRoles,
): DestinationTargets {
  const targets = accountTargets(services);
  return Object.fromEntries(
    Object.entries(targets).map(([service, target]) => [service, forRoles(target, roles)]),
  );
}

function forRoles(target: DestinationTarget, roles: ServiceRoles): DestinationTarget {
  return {
    check: async (arn, sender) => {
      const may = await stateOf(async () => {
        checkSending(roles, sender, arn);
        return false;
      });
      return may === 'ready' ? await target.check(arn, sender) : may;
    },
    send: async (message) => {
      checkSending(roles, message, message.targetArn, message.objectPrefix);
      await target.send(message);
    },
  };
}

/** As far as the function's account may send. */
function accountTargets(services: () => DestinationServices): DestinationTargets {
  return {
    sqs: {
      check: async (arn, { accountId }) =>
        await stateOf(async () => (await services().queues.check(arn, account(accountId))).isFifo),
      send: async ({ targetArn: queueArn, accountId, body, traceHeader, attributes }) => {
        const sender = account(accountId);
        await services().queues.send({
          queueArn,
          sender,
          body,
          traceHeader,
          ...(attributes && { attributes }),
        });
      },
    },
    sns: {
      check: async (arn, { accountId }) =>
        await stateOf(async () => (await services().topics.check(arn, account(accountId))).isFifo),
      send: async ({ targetArn: topicArn, accountId, body: message, traceHeader, attributes }) => {
        const sender = account(accountId);
        await services().topics.publish({
          topicArn,
          sender,
          message,
          traceHeader,
          ...(attributes && { attributes }),
        });
      },
    },
    events: busTarget(() => services().buses),
    s3: bucketTarget(() => services().objects),
  };
}

function busTarget(buses: () => EventBusPort): DestinationTarget {
  return {
    check: async (arn, { accountId }) =>
      await stateOf(async () => {
        await buses().check(arn, account(accountId));
        return false;
      }),
    send: async ({ targetArn: busArn, accountId, body, traceHeader }) => {
      if (Buffer.byteLength(body) > LARGEST_EVENT_BYTES)
        throw new ServiceError('ValidationException', 'The record is larger than an event can be.');
      const { requestContext } = JSON.parse(body) as InvocationRecord;
      const result = requestContext.condition === 'Success' ? 'Success' : 'Failure';
      await buses().put({
        busArn,
        sender: account(accountId),
        source: 'lambda',
        detailType: `Lambda Function Invocation Result - ${result}`,
        detail: body,
        resources: [busArn, requestContext.functionArn],
        traceHeader,
      });
    },
  };
}

/** Records become objects, named by function and time. */
function bucketTarget(objects: () => ObjectWriter): DestinationTarget {
  return {
    check: async (arn, { accountId }) =>
      await stateOf(async () => {
        await objects().check({ bucket: bucketOf(arn), key: 'aws/lambda/' }, { kind: 'account', accountId });
        return false;
      }),
    send: async ({ targetArn, accountId, body, traceHeader, objectPrefix }) => {
      const { timestamp, requestContext } = JSON.parse(body) as InvocationRecord;
      const [, , , , , , name = ''] = requestContext.functionArn.split(':');
      const [day = '', time = ''] = timestamp.slice(0, 19).split('T');
      const prefix = objectPrefix ?? `aws/lambda/async/${name}`;
      const key = `${prefix}/${day.replaceAll('-', '/')}/${day}T${time.replaceAll(':', '.')}-${randomUUID()}`;
      const object = {
        bucket: bucketOf(targetArn),
        key,
        body: Buffer.from(body),
        contentType: 'application/json',
      };
      await objects().put({ ...object, traceHeader }, { kind: 'account', accountId });
    },
  };
}

function bucketOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

/** What an event says of a record beside the record itself. */
interface InvocationRecord {
  /** ISO 8601 */
  readonly timestamp: string;
  readonly requestContext: { readonly functionArn: string; readonly condition: string };
}

function account(accountId: string): QueueSenderIdentity {
  return { kind: 'account', accountId };
}

const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationErrorException',
]);

/** @param check says whether the target is a FIFO one */
async function stateOf(check: () => Promise<boolean>): Promise<TargetState> {
  try {
    return (await check()) ? 'unfit' : 'ready';
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return REFUSALS.has(error.code) ? 'forbidden' : 'missing';
  }
}
