import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import { RECORDER, recordedRuns } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer } from '../support/server.ts';
import { clientFor, makeQueue, queueClientFor } from '../support/sns.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

test('relaxed permissions let services in where no policy does, and say so', async () => {
  const server = await startServer({ flags: ['--permissions', 'relaxed'] });
  const [sns, sqs] = [clientFor(server), queueClientFor(server)];
  const events = new EventBridgeClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    await deploy(server.lambda, 'shut', { 'index.js': RECORDER });
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:shut';
    const queue = await makeQueue(sqs, 'shut', false);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: functionArn }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }));
    await events.send(new PutRuleCommand({ Name: 'all', EventPattern: '{"source":["shop"]}' }));
    await events.send(new PutTargetsCommand({ Rule: 'all', Targets: [{ Id: 't', Arn: TopicArn }] }));
    const Entries = [{ Source: 'shop', DetailType: 'order', Detail: '{}' }];
    await events.send(new PutEventsCommand({ Entries }));
    expect(await queue.take(1)).toHaveLength(1);
    await eventually(
      async () => await recordedRuns(server, 'shut'),
      (runs) => runs.length === 1,
    );
    for (const [service = '', resource = ''] of [
      ['sns', functionArn],
      ['sns', queue.arn],
      ['events', TopicArn],
    ]) {
      const parts = [
        'Let in by --permissions relaxed, AWS would refuse it',
        `${service}.amazonaws.com`,
        resource,
      ];
      await eventually(
        async () => await Promise.resolve(server.output().split('\n')),
        (lines) => lines.some((line) => parts.every((part) => line.includes(part))),
      );
    }
    // Other accounts are refused as ever.
    const stranger = queueClientFor(server, '222222222222');
    const message = { QueueUrl: queue.url, MessageBody: 'hello' };
    await expect(stranger.send(new SendMessageCommand(message))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    stranger.destroy();
    await sns.send(new PublishCommand({ TopicArn, Message: 'again' }));
    expect(await queue.take(1)).toHaveLength(1);
  } finally {
    for (const client of [sns, sqs, events]) client.destroy();
    expect(await server.stop()).toBe(0);
  }
});
