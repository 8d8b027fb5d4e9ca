import { SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

/** @param account whose; its id is its access key */
export function clientFor(server: TestServer, account = 'test'): SNSClient {
  return new SNSClient(settings(server, account));
}

export function queueClientFor(server: TestServer, account = 'test'): SQSClient {
  return new SQSClient(settings(server, account));
}

function settings({ endpoint }: TestServer, account: string) {
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  return { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
}

export interface TestQueue {
  readonly url: string;
  readonly arn: string;
  /** Waits for so many messages and takes them out. */
  take(count: number): Promise<TakenMessage[]>;
  /** Takes what is there by now. */
  rest(): Promise<TakenMessage[]>;
}

export interface TakenMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly system: Readonly<Record<string, string>>;
}

/** A queue that topics may send to. @param policy false: nobody but its account may */
export async function makeQueue(sqs: SQSClient, name: string, policy = true): Promise<TestQueue> {
  const arn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:000000000000:*' } },
  };
  const Attributes = {
    ...(policy && { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }),
    ...(name.endsWith('.fifo') && { FifoQueue: 'true' }),
  };
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const rest = async (): Promise<TakenMessage[]> => {
    const found = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const taken: TakenMessage[] = [];
    for (const message of found.Messages ?? []) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
      const attributes = Object.entries(message.MessageAttributes ?? {});
      taken.push({
        body: message.Body ?? '',
        attributes: Object.fromEntries(attributes.map(([key, { StringValue }]) => [key, StringValue])),
        system: message.Attributes ?? {},
      });
    }
    return taken;
  };
  const take = async (count: number): Promise<TakenMessage[]> => {
    const taken: TakenMessage[] = [];
    return await eventually(
      async () => {
        taken.push(...(await rest()));
        return taken;
      },
      (all) => all.length >= count,
    );
  };
  return { url, arn, take, rest };
}

/** A queue that rules of EventBridge may send to. */
export async function queueForRules(sqs: SQSClient, name: string): Promise<TestQueue> {
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  return await makeQueue(sqs, name, false);
}
