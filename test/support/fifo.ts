import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { TestQueue } from './queues.ts';

/** Sends bodies to one group, one after the other; the queue tells duplicates by content. @returns sequence numbers */
export async function sendToGroup(
  sqs: SQSClient,
  queue: TestQueue,
  MessageGroupId: string,
  ...texts: string[]
): Promise<string[]> {
  const numbers: string[] = [];
  for (const MessageBody of texts) {
    const { SequenceNumber = '' } = await sqs.send(
      new SendMessageCommand({ QueueUrl: queue.url, MessageGroupId, MessageBody }),
    );
    numbers.push(SequenceNumber);
  }
  return numbers;
}
