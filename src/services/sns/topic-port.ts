import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { OnDeniedService } from '../../model/denied-service.ts';
import type { QueueMessageAttribute } from '../../model/queue-ports.ts';
import type { TopicMessage, TopicPublisher } from '../../model/topic-publisher.ts';
import { checkSender } from './permissions/topic-access.ts';
import { draftOf } from './publishing/message-draft.ts';
import { publishMessage } from './publishing/topic-messages.ts';
import type { SnsDependencies } from './sns-dependencies.ts';
import { topicDoesNotExist } from './sns-errors.ts';

interface PublisherOptions {
  /** Where clients reach the platform. */
  readonly origin: () => string;
  readonly onDenied: OnDeniedService;
}

/** Publishes for other services, under the same rules as Publish does. */
export class PlatformTopicPublisher implements TopicPublisher {
  readonly #deps: SnsDependencies;
  readonly #options: PublisherOptions;

  constructor(deps: SnsDependencies, options: PublisherOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  async publish({ topicArn, sender, message, subject, attributes, ...fifo }: TopicMessage): Promise<void> {
    const topic = this.#deps.directory.topic(topicArn);
    if (topic === undefined) throw topicDoesNotExist();
    checkSender(topic, sender, this.#options.onDenied);
    const input = {
      Message: message,
      Subject: subject,
      MessageAttributes: asInput(attributes ?? {}),
      MessageGroupId: fifo.groupId,
      MessageDeduplicationId: fifo.deduplicationId,
    };
    await publishMessage(this.#deps, topic, draftOf(input, topic), this.#options.origin());
  }
}

function asInput(
  attributes: Readonly<Record<string, QueueMessageAttribute>>,
): Record<string, MessageAttributeValue> {
  const entries = Object.entries(attributes).map(([name, attribute]): [string, MessageAttributeValue] => [
    name,
    'binaryValue' in attribute
      ? { DataType: attribute.dataType, BinaryValue: Buffer.from(attribute.binaryValue, 'base64') }
      : { DataType: attribute.dataType, StringValue: attribute.stringValue },
  ]);
  return Object.fromEntries(entries);
}
