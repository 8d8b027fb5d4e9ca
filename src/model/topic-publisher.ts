import type { QueueMessageAttribute, QueueSenderIdentity } from './queue-ports.ts';

/** A message for a topic, by its ARN. */
export interface TopicMessage {
  readonly topicArn: string;
  readonly sender: QueueSenderIdentity;
  readonly message: string;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, QueueMessageAttribute>>;
  /** FIFO topics want both, unless they know messages by their content. */
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** `X-Amzn-Trace-Id` value, handed on to queues and functions. */
  readonly traceHeader?: string;
}

/** Topics as other services see them. The platform wires it to its SNS. */
export interface TopicPublisher {
  /** What `publish` would refuse whatever the message. Throws ServiceError as it does. */
  check(topicArn: string, sender: QueueSenderIdentity): Promise<{ readonly isFifo: boolean }>;
  /**
   * Resolves when the message is on disk for every subscriber. Throws ServiceError: `NotFoundException`,
   * `AuthorizationErrorException`, or what Publish answers to a message the topic cannot take. Any other error may pass.
   */
  publish(message: TopicMessage): Promise<void>;
}
