import type { Delivery, DeliveryHandler, DeliveryStep } from '../../delivery/delivery.ts';
import { TARGET_ACTIONS, targetService } from '../../delivery/target-arn.ts';
import { exhaustedLimit, factAttributes, retryDelayMs } from '../../delivery/target-retries.ts';
import type { Clock } from '../../model/clock.ts';
import type { EventAcceptor } from '../../model/event-acceptor.ts';
import type { EventBusPort } from '../../model/event-bus-port.ts';
import type { QueueSender, QueueSenderIdentity } from '../../model/queue-ports.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { StreamPublisher } from '../../model/stream-ports.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import type { TopicPublisher } from '../../model/topic-publisher.ts';
import { payloadOf, SCHEDULER_PRINCIPAL, type ScheduledRun } from './scheduled-run.ts';

export interface RunPorts {
  readonly clock: Clock;
  readonly queues: QueueSender;
  readonly topics: TopicPublisher;
  readonly streams: StreamPublisher;
  readonly buses: EventBusPort;
  readonly functions: EventAcceptor;
  readonly roles: ServiceRoles;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** Hands what schedules set off to its targets, in the name of the account whose role the schedule has. */
export class RunHandler implements DeliveryHandler {
  readonly #ports: RunPorts;

  constructor(ports: RunPorts) {
    this.#ports = ports;
  }

  async attempt(delivery: Delivery): Promise<DeliveryStep> {
    const run = JSON.parse(delivery.content) as ScheduledRun;
    try {
      await this.#hand(run, delivery.attempts + 1);
      return { kind: 'done' };
    } catch (error) {
      const isFinal = error instanceof ServiceError && error.status < 500;
      const exhausted = isFinal
        ? undefined
        : exhaustedLimit(delivery, run.target.RetryPolicy, this.#ports.clock.now());
      if (!isFinal && exhausted === undefined) return { kind: 'retry', afterMs: retryDelayMs(delivery) };
      await this.#giveUp(run, delivery, {
        ERROR_CODE: error instanceof ServiceError ? error.code : 'INTERNAL_ERROR',
        ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
        EXHAUSTED_RETRY_CONDITION: exhausted,
      });
      return { kind: 'done' };
    }
  }

  async #hand(run: ScheduledRun, attempt: number): Promise<void> {
    const { target } = run;
    const { functions, queues, topics, streams, buses } = this.#ports;
    const arn = target.Arn ?? '';
    const sender = senderOf(run);
    const payload = payloadOf(run, attempt);
    this.#checkRole(run, arn);
    switch (targetService(arn)) {
      case 'lambda':
        return await functions.accept({ functionArn: arn, sender, payload });
      case 'sqs': {
        const groupId = target.SqsParameters?.MessageGroupId;
        await queues.send({
          queueArn: arn,
          sender,
          body: payload,
          ...(groupId !== undefined && { groupId }),
        });
        return;
      }
      case 'sns':
        return await topics.publish({ topicArn: arn, sender, message: payload });
      case 'kinesis': {
        const partitionKey = target.KinesisParameters?.PartitionKey ?? '';
        await streams.put({ streamArn: arn, sender, partitionKey, data: Buffer.from(payload) });
        return;
      }
      case 'events': {
        const { Source: source = '', DetailType: detailType = '' } = target.EventBridgeParameters ?? {};
        return await buses.put({
          busArn: arn,
          sender,
          source,
          detailType,
          detail: payload,
          resources: [run.arn],
        });
      }
      case undefined:
        throw new ServiceError('ValidationException', `${arn} is no target`);
    }
  }

  /** @throws AccessDeniedException */
  #checkRole({ accountId, target }: ScheduledRun, resource: string): void {
    const service = targetService(resource);
    if (service === undefined) return;
    this.#ports.roles.check({
      roleArn: target.RoleArn ?? '',
      accountId,
      service: SCHEDULER_PRINCIPAL,
      action: TARGET_ACTIONS[service],
      resource,
    });
  }

  async #giveUp(
    run: ScheduledRun,
    { attempts }: Delivery,
    failure: Readonly<Record<string, string | undefined>>,
  ): Promise<void> {
    const { onNotice, queues } = this.#ports;
    const queueArn = run.target.DeadLetterConfig?.Arn;
    const what = `${run.arn} was due, and ${run.target.Arn} could not be reached: ${failure['ERROR_MESSAGE']}`;
    if (queueArn === undefined) return onNotice(what);
    const attributes = factAttributes({
      ...failure,
      EXECUTION_ID: run.executionId,
      RETRY_ATTEMPTS: String(attempts),
      SCHEDULED_TIME: new Date(run.scheduledAtMs).toISOString(),
      SCHEDULE_ARN: run.arn,
      TARGET_ARN: run.target.Arn,
    });
    try {
      await queues.send({ queueArn, sender: senderOf(run), body: payloadOf(run, attempts + 1), attributes });
    } catch (error) {
      onNotice(
        `${what}; nor its dead-letter queue: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function senderOf({ accountId }: ScheduledRun): QueueSenderIdentity {
  return { kind: 'account', accountId };
}
