import type { OnDeniedService } from '../../model/denied-service.ts';
import type {
  DeliveredMessage,
  QueueConsumer,
  QueueDelivery,
  QueueDescription,
  QueuedMessage,
  QueueMessageAttribute,
  QueueReceiveOptions,
  QueueSender,
  QueueSenderIdentity,
} from '../../model/queue-ports.ts';
import { queuedMessage } from './messages/received-message.ts';
import { draftMessage, TRACE_HEADER } from './messages/message-draft.ts';
import { sequenceNumber } from './messages/message-rows.ts';
import { parseReceiptHandle, type Receipt, receiptHandle } from './messages/receipt-handle.ts';
import { checkSender } from './permissions/queue-access.ts';
import { parseQueueArn } from './queues/queue-name.ts';
import type { StoredQueue } from './queues/stored-queue.ts';
import type { SqsDependencies } from './sqs-dependencies.ts';
import { queueDoesNotExist } from './sqs-errors.ts';

type PortDependencies = Pick<SqsDependencies, 'clock' | 'messages' | 'queues'>;

/** Sends for other parts of the platform, as SendMessage does for clients. */
export class PlatformQueueSender implements QueueSender {
  readonly #deps: PortDependencies;
  readonly #onDenied: OnDeniedService;

  constructor(deps: PortDependencies, onDenied: OnDeniedService) {
    this.#deps = deps;
    this.#onDenied = onDenied;
  }

  async check(queueArn: string, sender: QueueSenderIdentity): Promise<{ readonly isFifo: boolean }> {
    const queue = await requireByArn(this.#deps, queueArn);
    checkSender(queue, sender, this.#onDenied);
    return { isFifo: queue.isFifo };
  }

  async send(delivery: QueueDelivery): Promise<DeliveredMessage> {
    const queue = await requireByArn(this.#deps, delivery.queueArn);
    const { sender, attributes = {}, traceHeader } = delivery;
    checkSender(queue, sender, this.#onDenied);
    const given = {
      MessageBody: delivery.body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, attribute]) => [name, givenAttribute(attribute)]),
      ),
      MessageSystemAttributes:
        traceHeader === undefined
          ? undefined
          : { [TRACE_HEADER]: { DataType: 'String', StringValue: traceHeader } },
      MessageGroupId: delivery.groupId,
      MessageDeduplicationId: delivery.deduplicationId,
    };
    const senderId = sender.kind === 'account' ? sender.accountId : sender.principal;
    const draft = draftMessage(queue, given, { id: senderId }, this.#deps.clock.now());
    const [accepted] = await this.#deps.messages.send(queue, [draft]);
    return {
      messageId: accepted?.messageId ?? draft.messageId,
      sequenceNumber: accepted && sequenceNumber(accepted.sequence),
    };
  }
}

/** Reads queues for pollers. */
export class PlatformQueueConsumer implements QueueConsumer {
  readonly #deps: PortDependencies;

  constructor(deps: PortDependencies) {
    this.#deps = deps;
  }

  async describe(queueArn: string): Promise<QueueDescription | undefined> {
    const queue = await findByArn(this.#deps, queueArn);
    if (queue === undefined) return undefined;
    const { arn, isFifo, visibilityTimeoutMs } = queue;
    return { arn, isFifo, visibilityTimeoutSeconds: visibilityTimeoutMs / 1000 };
  }

  async receive(queueArn: string, options: QueueReceiveOptions): Promise<readonly QueuedMessage[]> {
    const queue = await requireByArn(this.#deps, queueArn);
    const { most, waitMs, hiddenForMoreMs = 0, signal } = options;
    const request = {
      most,
      visibilityMsIn: ({ visibilityTimeoutMs }: StoredQueue) => visibilityTimeoutMs + hiddenForMoreMs,
      attemptId: undefined,
    };
    const rows = await this.#deps.messages.receive(queue, request, { waitMs, signal });
    return rows.map((row) => queuedMessage(queue, row));
  }

  async remove(queueArn: string, receiptHandles: readonly string[]): Promise<readonly string[]> {
    return await this.#settle(queueArn, receiptHandles, undefined);
  }

  async changeVisibility(
    queueArn: string,
    receiptHandles: readonly string[],
    seconds: number,
  ): Promise<void> {
    await this.#settle(queueArn, receiptHandles, seconds * 1000);
  }

  /** @returns the receipts that were refused */
  async #settle(
    queueArn: string,
    receiptHandles: readonly string[],
    visibilityMs: number | undefined,
  ): Promise<readonly string[]> {
    const queue = await requireByArn(this.#deps, queueArn);
    const receipts = receiptHandles.map(parseReceiptHandle).filter((receipt): receipt is Receipt => {
      return receipt?.queueId === queue.id;
    });
    if (receipts.length === 0) return [];
    const errors = await this.#deps.messages.settle(
      queue,
      receipts,
      receipts.map(() => visibilityMs),
    );
    return receipts.filter((_, index) => errors[index] !== undefined).map(receiptHandle);
  }
}

async function findByArn(deps: PortDependencies, queueArn: string): Promise<StoredQueue | undefined> {
  const name = parseQueueArn(queueArn);
  return name && (await deps.queues.find(name));
}

async function requireByArn(deps: PortDependencies, queueArn: string): Promise<StoredQueue> {
  const queue = await findByArn(deps, queueArn);
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
}

function givenAttribute(attribute: QueueMessageAttribute) {
  return 'binaryValue' in attribute
    ? { DataType: attribute.dataType, BinaryValue: Buffer.from(attribute.binaryValue, 'base64') }
    : { DataType: attribute.dataType, StringValue: attribute.stringValue };
}
