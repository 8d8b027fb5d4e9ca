import type { Delivery, DeliveryHandler, DeliveryStep } from '../../../delivery/delivery.ts';
import { TARGET_ACTIONS, targetService } from '../../../delivery/target-arn.ts';
import { exhaustedLimit, factAttributes, retryDelayMs } from '../../../delivery/target-retries.ts';
import type { Clock } from '../../../model/clock.ts';
import type { EventAcceptor } from '../../../model/event-acceptor.ts';
import type { QueueSender, QueueSenderIdentity } from '../../../model/queue-ports.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { StreamPublisher } from '../../../model/stream-ports.ts';
import type { ServiceRoles } from '../../../model/service-roles.ts';
import type { TopicPublisher } from '../../../model/topic-publisher.ts';
import { checkAccount, eventKeys } from '../buses/bus-access.ts';
import { parseBus } from '../buses/stored-bus.ts';
import type { EventsDirectory } from '../events-directory.ts';
import { busDoesNotExist } from '../events-errors.ts';
import type { EventRouter } from '../publishing/event-router.ts';
import type { PlatformEvent } from '../publishing/platform-event.ts';
import { EVENTS_PRINCIPAL } from '../rules/rule-role.ts';
import type { TargetDelivery } from './target-delivery.ts';
import { inputOf, partitionKeyOf } from './target-input.ts';

export interface TargetPorts {
  readonly clock: Clock;
  readonly directory: EventsDirectory;
  readonly router: EventRouter;
  readonly queues: QueueSender;
  readonly topics: TopicPublisher;
  readonly streams: StreamPublisher;
  readonly functions: EventAcceptor;
  readonly roles: ServiceRoles;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

interface Failure {
  readonly code: string;
  readonly message: string;
  /** Which of the target's limits was reached; undefined: no retry could help. */
  readonly exhausted: string | undefined;
  readonly retries: number;
}

/** Buses that lead to each other in a circle end here. */
const MOST_HOPS = 5;

/** Hands events to the targets of rules; what cannot be delivered goes to the target's dead-letter queue. */
export class TargetHandler implements DeliveryHandler {
  readonly #ports: TargetPorts;

  constructor(ports: TargetPorts) {
    this.#ports = ports;
  }

  async attempt(delivery: Delivery): Promise<DeliveryStep> {
    const content = JSON.parse(delivery.content) as TargetDelivery;
    try {
      await this.#hand(content, delivery.acceptedAtMs);
      return { kind: 'done' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isService = error instanceof ServiceError;
      const isFinal = isService && error.status < 500;
      const exhausted = isFinal
        ? undefined
        : exhaustedLimit(delivery, content.target.RetryPolicy, this.#ports.clock.now());
      if (!isFinal && exhausted === undefined) return { kind: 'retry', afterMs: retryDelayMs(delivery) };
      const code = isService ? error.code : 'INTERNAL_ERROR';
      await this.#giveUp(content, { code, message, exhausted, retries: delivery.attempts });
      return { kind: 'done' };
    }
  }

  async #hand(content: TargetDelivery, ingestedAtMs: number): Promise<void> {
    const { Arn: arn, RoleArn: role, SqsParameters: sqs } = content.target;
    const { functions, queues, topics, streams } = this.#ports;
    const sender = role === undefined ? senderOf(content) : roleOf(content);
    const trace = content.traceHeader === undefined ? {} : { traceHeader: content.traceHeader };
    this.#checkRole(content);
    switch (targetService(arn)) {
      case 'lambda': {
        const payload = inputOf(content, ingestedAtMs);
        return await functions.accept({ functionArn: arn, sender, payload, ...trace });
      }
      case 'sqs': {
        const groupId = sqs?.MessageGroupId;
        const body = inputOf(content, ingestedAtMs);
        await queues.send({
          queueArn: arn,
          sender,
          body,
          ...(groupId !== undefined && { groupId }),
          ...trace,
        });
        return;
      }
      case 'sns':
        return await topics.publish({
          topicArn: arn,
          sender,
          message: inputOf(content, ingestedAtMs),
          ...trace,
        });
      case 'kinesis': {
        const data = Buffer.from(inputOf(content, ingestedAtMs));
        await streams.put({ streamArn: arn, sender, partitionKey: partitionKeyOf(content), data });
        return;
      }
      case 'events':
        return await this.#putOnBus(content);
      case undefined:
        throw new ServiceError('ValidationException', `${arn} is no target`);
    }
  }

  /** Asked of a target that has a role. @throws AccessDeniedException */
  #checkRole({ accountId, target: { Arn: resource, RoleArn: roleArn } }: TargetDelivery): void {
    const service = targetService(resource);
    if (roleArn === undefined || service === undefined) return;
    const action = TARGET_ACTIONS[service];
    this.#ports.roles.check({ roleArn, accountId, service: EVENTS_PRINCIPAL, action, resource });
  }

  /** The event as it is, on another bus. */
  async #putOnBus({ target, event, accountId, hops, traceHeader }: TargetDelivery): Promise<void> {
    const { directory, router } = this.#ports;
    const name = parseBus(target.Arn, { accountId, region: '' });
    const bus = directory.bus(name);
    if (bus === undefined) throw busDoesNotExist(name.name);
    const passed = JSON.parse(event) as PlatformEvent;
    checkAccount(bus, accountId, 'PutEvents', eventKeys(passed.source, passed['detail-type']));
    if (hops >= MOST_HOPS)
      throw new ServiceError('ValidationException', 'The event came over too many event buses.');
    await router.put([{ bus: name, event: passed, hops: hops + 1, traceHeader }]);
  }

  async #giveUp(content: TargetDelivery, failure: Failure): Promise<void> {
    const { onNotice, queues } = this.#ports;
    const { target, ruleArn, event } = content;
    const queueArn = target.DeadLetterConfig?.Arn;
    const what = `An event of ${ruleArn} for ${target.Arn}`;
    if (queueArn === undefined) return onNotice(`${what} could not be delivered: ${failure.message}`);
    const attributes = factAttributes({
      RULE_ARN: ruleArn,
      TARGET_ARN: target.Arn,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message,
      EXHAUSTED_RETRY_CONDITION: failure.exhausted,
      RETRY_ATTEMPTS: String(failure.retries),
    });
    try {
      await queues.send({ queueArn, sender: senderOf(content), body: event, attributes });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      onNotice(`${what} could not be delivered (${failure.message}), nor to its dead-letter queue: ${why}`);
    }
  }
}

function senderOf({ ruleArn, accountId }: TargetDelivery): QueueSenderIdentity {
  return { kind: 'service', principal: EVENTS_PRINCIPAL, sourceArn: ruleArn, sourceAccount: accountId };
}

/** With a role EventBridge acts for the rule's account. */
function roleOf({ accountId }: TargetDelivery): QueueSenderIdentity {
  return { kind: 'account', accountId };
}
