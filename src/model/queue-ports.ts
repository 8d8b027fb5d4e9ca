/**
 * What queues offer to the rest of the platform: services that deliver to a queue, and pollers that read from one.
 * The platform wires them to its own SQS; nobody needs to know that service.
 */

/** A message attribute. Binary values are base64. */
export type QueueMessageAttribute =
  | { readonly dataType: string; readonly stringValue: string }
  | { readonly dataType: string; readonly binaryValue: string };

/** On whose behalf a message is sent. The queue's policy decides about everyone but its own account. */
export type QueueSenderIdentity =
  /** An account's role, such as the execution role of a function. */
  | { readonly kind: 'account'; readonly accountId: string }
  /** A service of AWS, such as `sns.amazonaws.com`, for one of its resources. */
  | {
      readonly kind: 'service';
      readonly principal: string;
      readonly sourceArn: string;
      readonly sourceAccount: string;
    };

export interface QueueDelivery {
  readonly queueArn: string;
  readonly sender: QueueSenderIdentity;
  readonly body: string;
  readonly attributes?: Readonly<Record<string, QueueMessageAttribute>>;
  /** The system attribute AWSTraceHeader. */
  readonly traceHeader?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

export interface DeliveredMessage {
  readonly messageId: string;
  /** Only of FIFO queues. */
  readonly sequenceNumber: string | undefined;
}

/** Sends to a queue by its ARN. */
export interface QueueSender {
  /** Throws as `send` does when the queue is not there or takes nothing from this sender. */
  check(queueArn: string, sender: QueueSenderIdentity): Promise<{ readonly isFifo: boolean }>;
  /**
   * Resolves when the message is on disk. Throws ServiceError: `QueueDoesNotExist`, `AccessDeniedException`, or what
   * SendMessage answers to a message the queue cannot take. Any other error may pass.
   */
  send(delivery: QueueDelivery): Promise<DeliveredMessage>;
}

/** Facts about a queue that its readers depend on. */
export interface QueueDescription {
  readonly arn: string;
  readonly isFifo: boolean;
  readonly visibilityTimeoutSeconds: number;
}

/** A message with its attributes as events for functions show them. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** ApproximateReceiveCount, SentTimestamp, SenderId and so on: texts, times in epoch milliseconds. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, QueueMessageAttribute>>;
  /** Undefined without message attributes. */
  readonly md5OfMessageAttributes: string | undefined;
  /** Until then nobody else gets it, epoch milliseconds. */
  readonly hiddenUntilMs: number;
}

export interface QueueReceiveOptions {
  /** 1 to 1,000: pollers take messages for several batches at once. Of a FIFO queue 10 at most. */
  readonly most: number;
  /** How long to wait for a message when there is none: as long as one likes. */
  readonly waitMs: number;
  /** How much longer the messages stay hidden than the queue has it when they are received. */
  readonly hiddenForMoreMs?: number;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

/** Reads a queue by its ARN, for the account the queue belongs to. Throws ServiceError `QueueDoesNotExist`. */
export interface QueueConsumer {
  /** Undefined: there is no such queue. */
  describe(queueArn: string): Promise<QueueDescription | undefined>;
  receive(queueArn: string, options: QueueReceiveOptions): Promise<readonly QueuedMessage[]>;
  /**
   * Deletes messages by their receipts. Once a message was received again, earlier receipts of it delete nothing.
   * @returns the receipts that were refused, as FIFO queues do once they have expired: those messages come again
   */
  remove(queueArn: string, receiptHandles: readonly string[]): Promise<readonly string[]>;
  /** Hides messages for so long from now on, or shows them at once (0). Receipts that have expired change nothing. */
  changeVisibility(queueArn: string, receiptHandles: readonly string[], seconds: number): Promise<void>;
}
