import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { OnDeniedService } from '../../model/denied-service.ts';
import type { QueueMessageAttribute, QueueSenderIdentity } from '../../model/queue-ports.ts';
import type { TopicMessage, TopicPublisher } from '../../model/topic-publisher.ts';
import { checkSender } from './permissions/topic-access.ts';
import { draftOf } from './publishing/message-draft.ts';
import { publishMessage } from './publishing/topic-messages.ts';
import type { SnsDependencies } from './sns-dependencies.ts';
import { topicDoesNotExist } from './sns-errors.ts';
import type { StoredTopic } from './topics/stored-topic.ts';

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

  async check(topicArn: string, sender: QueueSenderIdentity): Promise<{ readonly isFifo: boolean }> {
    const { isFifo } = this.#admit(topicArn, sender);
    return { isFifo };
  }

  async publish({ topicArn, sender, message, subject, attributes, ...rest }: TopicMessage): Promise<void> {
    const topic = this.#admit(topicArn, sender);
    const input = {
      Message: message,
      Subject: subject,
      MessageAttributes: asInput(attributes ?? {}),
      MessageGroupId: rest.groupId,
      MessageDeduplicationId: rest.deduplicationId,
    };
    const draft = { ...draftOf(input, topic), traceHeader: rest.traceHeader };
    await publishMessage(this.#deps, topic, draft, this.#options.origin());
  }

  /** @throws NotFoundException, AuthorizationErrorException */
  #admit(topicArn: string, sender: QueueSenderIdentity): StoredTopic {
    const topic = this.#deps.directory.topic(topicArn);
    if (topic === undefined) throw topicDoesNotExist();
    checkSender(topic, sender, this.#options.onDenied);
    return topic;
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
