import {
  isArray,
  isJsonObject,
  type JsonValue,
  readExactJson,
} from '../../model/event-pattern/exact-json.ts';
import type { QueuedMessage, QueueMessageAttribute } from '../../model/queue-ports.ts';
import type { PolledRecord } from '../source-driver.ts';

/** A message of a queue as functions get it. */
export class QueueRecord implements PolledRecord {
  readonly id: string;
  readonly text: string;
  readonly receiptHandle: string;
  /** Until then nobody else gets it, platform time. */
  readonly hiddenUntilMs: number;
  /** Only of FIFO queues. */
  readonly groupId: string | undefined;
  readonly traceHeader: string | undefined;
  readonly #message: QueuedMessage;

  constructor(message: QueuedMessage, queueArn: string) {
    this.id = message.messageId;
    this.receiptHandle = message.receiptHandle;
    this.hiddenUntilMs = message.hiddenUntilMs;
    this.groupId = message.attributes['MessageGroupId'];
    this.traceHeader = message.attributes['AWSTraceHeader'];
    this.text = JSON.stringify(eventRecord(message, queueArn));
    this.#message = message;
  }

  /** A body that holds JSON is looked into; any other is one text. */
  view(): JsonValue {
    const { body, messageId, attributes, messageAttributes } = this.#message;
    const read = readExactJson(body)?.value;
    const isDocument = isJsonObject(read) || isArray(read);
    return {
      body: isDocument ? read : body,
      messageId,
      attributes: { ...attributes },
      messageAttributes: shownAttributes(messageAttributes) as unknown as JsonValue,
    };
  }
}

function eventRecord(message: QueuedMessage, queueArn: string): object {
  const { md5OfMessageAttributes } = message;
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: shownAttributes(message.messageAttributes),
    ...(md5OfMessageAttributes !== undefined && { md5OfMessageAttributes }),
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  };
}

function shownAttributes(attributes: Readonly<Record<string, QueueMessageAttribute>>): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, ...value }]) => [
      name,
      { ...value, stringListValues: [], binaryListValues: [], dataType },
    ]),
  );
}
