import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { deploy } from '../functions.ts';
import type { Clients } from './clients.ts';

export const FUNCTION = 'witnessed';
export const SOURCE = 'crash';
export const TOPICS = { plain: 'news', ordered: 'news.fifo' } as const;
/** Fewer than the load asks for: events are throttled and wait. */
const CONCURRENCY = 4;

/** Only sends to one group are limited. */
const HIGH_THROUGHPUT = {
  FifoQueue: 'true',
  DeduplicationScope: 'messageGroup',
  FifoThroughputLimit: 'perMessageGroupId',
} as const;

export const arnOf = (service: string, name: string): string =>
  `arn:aws:${service}:us-east-1:000000000000:${name}`;
export const FUNCTION_ARN = arnOf('lambda', `function:${FUNCTION}`);

/** Tells the witness which words it got, and fails where it is asked to. */
const source = (port: number): string => `
exports.handler = async (event) => {
  const word = event.Records?.[0].Sns.Message ?? event.detail?.word ?? event.word;
  await fetch('http://127.0.0.1:${port}/' + encodeURIComponent(word));
  if (event.fails) throw new Error('as asked');
};`;

/** All that the load works with. @param port where the witness listens */
export async function makeResources(clients: Clients, port: number): Promise<void> {
  await makeQueues(clients);
  await makeFunction(clients, port);
  await makeTopics(clients);
  const { events } = clients;
  await events.send(new PutRuleCommand({ Name: SOURCE, EventPattern: JSON.stringify({ source: [SOURCE] }) }));
  const Targets = [
    { Id: 'inbox', Arn: arnOf('sqs', 'inbox'), InputPath: '$.detail.word' },
    { Id: 'function', Arn: FUNCTION_ARN },
  ];
  await events.send(new PutTargetsCommand({ Rule: SOURCE, Targets }));
}

async function makeQueues({ sqs }: Clients): Promise<void> {
  const anyService = ['sns.amazonaws.com', 'events.amazonaws.com'];
  const open = (name: string): Record<string, string> => ({
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: anyService },
          Action: 'sqs:SendMessage',
          Resource: arnOf('sqs', name),
        },
      ],
    }),
  });
  const redrive = { deadLetterTargetArn: arnOf('sqs', 'dead'), maxReceiveCount: 2 };
  const queues: Record<string, Record<string, string>> = {
    inbox: open('inbox'),
    'ordered.fifo': { ...open('ordered.fifo'), ...HIGH_THROUGHPUT },
    dead: {},
    poison: { RedrivePolicy: JSON.stringify(redrive) },
    failures: {},
  };
  for (const [QueueName, Attributes] of Object.entries(queues))
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
}

async function makeFunction({ lambda }: Clients, port: number): Promise<void> {
  // Longer than anybody holds it back: what runs out of time fails, and only what is asked to may.
  await deploy(lambda, FUNCTION, { 'index.js': source(port) }, { Timeout: 300 });
  await lambda.send(
    new PutFunctionConcurrencyCommand({
      FunctionName: FUNCTION,
      ReservedConcurrentExecutions: CONCURRENCY,
    }),
  );
  const OnFailure = { Destination: arnOf('sqs', 'failures') };
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: FUNCTION,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure },
    }),
  );
  for (const service of ['sns', 'events'])
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: FUNCTION,
        StatementId: service,
        Action: 'lambda:InvokeFunction',
        Principal: `${service}.amazonaws.com`,
      }),
    );
}

async function makeTopics({ sns }: Clients): Promise<void> {
  await sns.send(new CreateTopicCommand({ Name: TOPICS.plain }));
  await sns.send(new CreateTopicCommand({ Name: TOPICS.ordered, Attributes: { FifoTopic: 'true' } }));
  const subscribe = async (topic: string, Protocol: string, Endpoint: string): Promise<void> => {
    const Attributes = Protocol === 'sqs' ? { RawMessageDelivery: 'true' } : {};
    await sns.send(new SubscribeCommand({ TopicArn: arnOf('sns', topic), Protocol, Endpoint, Attributes }));
  };
  await subscribe(TOPICS.plain, 'sqs', arnOf('sqs', 'inbox'));
  await subscribe(TOPICS.plain, 'lambda', FUNCTION_ARN);
  await subscribe(TOPICS.ordered, 'sqs', arnOf('sqs', 'ordered.fifo'));
}
