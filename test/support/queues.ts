import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A queue that a test made. */
export interface TestQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

/** Creates a queue under a name of its own; with FifoQueue it ends as such names do. */
export async function makeQueue(
  sqs: SQSClient,
  Attributes: Partial<Record<QueueAttributeName, string>> = {},
): Promise<TestQueue> {
  const name = `queue-${randomUUID()}${Attributes.FifoQueue === 'true' ? '.fifo' : ''}`;
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return { name, url, arn: `arn:aws:sqs:us-east-1:000000000000:${name}` };
}

/** A queue whose messages go to `dead` after so many receives. */
export async function withDeadLetters(
  sqs: SQSClient,
  dead: TestQueue,
  maxReceiveCount: number,
  Attributes: Partial<Record<QueueAttributeName, string>> = {},
): Promise<TestQueue> {
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
  return await makeQueue(sqs, { ...Attributes, RedrivePolicy });
}

/** Sends texts one after the other. @returns the ids */
export async function sendAll(sqs: SQSClient, queue: TestQueue, ...texts: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const MessageBody of texts) {
    const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody }));
    ids.push(MessageId);
  }
  return ids;
}

/** Up to ten messages, with everything there is to them. */
export async function receive(
  sqs: SQSClient,
  queue: TestQueue,
  input: Partial<ReceiveMessageCommandInput> = {},
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...input,
    }),
  );
  return Messages;
}

/** The first message to come. */
export async function nextMessage(sqs: SQSClient, queue: TestQueue): Promise<Message> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const [message] = await receive(sqs, queue, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 });
    if (message === undefined) continue;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: message.ReceiptHandle }));
    return message;
  }
  throw new Error(`No message came to ${queue.name}.`);
}

export function bodies(messages: readonly Message[]): string[] {
  return messages.map(({ Body = '' }) => Body);
}

/** Waiting, in flight, delayed. */
export async function counts(sqs: SQSClient, queue: TestQueue): Promise<[number, number, number]> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
  );
  return [
    Number(Attributes.ApproximateNumberOfMessages),
    Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    Number(Attributes.ApproximateNumberOfMessagesDelayed),
  ];
}
