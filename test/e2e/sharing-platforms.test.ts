import { once } from 'node:events';
import { CreateEventBusCommand, EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  GetProvisionedConcurrencyConfigCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { PATIENT, type Platforms, sharedPostgres, startPlatforms } from '../support/platforms.ts';
import { ROLE } from '../support/server.ts';
import { onServer } from '../support/shared-database.ts';
import { clientFor, makeQueue } from '../support/sns.ts';
import { zipOf } from '../support/zip.ts';

const shared = sharedPostgres();
const ROUNDS = 5;

const saying = (text: string): Record<string, string> => ({
  'index.js': `exports.handler = async () => '${text}';`,
});

describe.skipIf(shared === undefined)('two platforms on one PostgreSQL', PATIENT, () => {
  let platforms: Platforms;

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '', { flags: ['--allow-reset'] });
  });

  afterAll(async () => await platforms.remove());

  test('never run older code than they have shown', async () => {
    const { one, two } = platforms;
    const FunctionName = 'shown';
    await deploy(one.lambda, FunctionName, saying('0'));
    for (let round = 1; round <= ROUNDS; round += 1) {
      const ZipFile = await zipOf(saying(String(round)));
      await one.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
      await untilUpdated(two.lambda, FunctionName);
      expect((await invoke(two.lambda, FunctionName)).payload).toBe(String(round));
    }
  });

  test('serve the code that another one has given a location of', async () => {
    const { one, two } = platforms;
    await deploy(one.lambda, 'located', saying('here'));
    const { Code } = await one.lambda.send(new GetFunctionCommand({ FunctionName: 'located' }));
    const { pathname, search } = new URL(Code?.Location ?? '');
    expect((await fetch(`${two.endpoint}${pathname}${search}`)).status).toBe(200);
  });

  test('keep provisioned environments each', async () => {
    const { one, two } = platforms;
    const FunctionName = 'provisioned';
    await deploy(one.lambda, FunctionName, saying('ready'));
    await one.lambda.send(new PublishVersionCommand({ FunctionName }));
    const Qualifier = '1';
    await one.lambda.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier,
        ProvisionedConcurrentExecutions: 2,
      }),
    );
    for (const { lambda } of [one, two])
      await eventually(
        async () =>
          await lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier })),
        (config) => config.Status === 'READY' && config.AvailableProvisionedConcurrentExecutions === 2,
      );
  });

  test("publish to each other's topics, as their subscriptions are by then", async () => {
    const [first, second] = [clientFor(platforms.one), clientFor(platforms.two)];
    const queue = await makeQueue(platforms.one.sqs, 'subscribed');
    for (let round = 0; round < ROUNDS; round += 1) {
      const { TopicArn } = await first.send(new CreateTopicCommand({ Name: `topic-${round}` }));
      const { SubscriptionArn } = await second.send(
        new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }),
      );
      await first.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn,
          AttributeName: 'RawMessageDelivery',
          AttributeValue: 'true',
        }),
      );
      await eventually(
        async () => await second.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })),
        ({ Attributes }) => Attributes?.['RawMessageDelivery'] === 'true',
      );
      await second.send(new PublishCommand({ TopicArn, Message: `round ${round}` }));
      expect((await queue.take(1)).map(({ body }) => body)).toEqual([`round ${round}`]);
    }
    first.destroy();
    second.destroy();
  });

  test("add rules to each other's buses at once", async () => {
    const [first, second] = [platforms.one, platforms.two].map(
      ({ endpoint }) =>
        new EventBridgeClient({
          endpoint,
          region: 'us-east-1',
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
          maxAttempts: 1,
        }),
    );
    for (let round = 0; round < ROUNDS; round += 1) {
      const EventBusName = `bus-${round}`;
      await first?.send(new CreateEventBusCommand({ Name: EventBusName }));
      const rule = { Name: 'rule', EventBusName, EventPattern: '{"source":["x"]}' };
      const made = await second?.send(new PutRuleCommand(rule));
      expect(made?.RuleArn).toContain(EventBusName);
    }
    first?.destroy();
    second?.destroy();
  });

  test('forget everything when one of them is reset', async () => {
    const { one, two } = platforms;
    await deploy(one.lambda, 'forgotten', saying('before'));
    expect((await invoke(two.lambda, 'forgotten')).payload).toBe('before');
    expect((await fetch(`${one.endpoint}/_lambent/reset`, { method: 'POST' })).ok).toBe(true);
    await eventually(
      async () =>
        await invoke(two.lambda, 'forgotten').then(
          () => 'none',
          (error: Error) => error.name,
        ),
      (name) => name === 'ResourceNotFoundException',
    );
    await deploy(one.lambda, 'forgotten', saying('after'));
    expect((await invoke(two.lambda, 'forgotten')).payload).toBe('after');
  });
});

describe.skipIf(shared === undefined)('a platform that has missed something for good', PATIENT, () => {
  test('ends, and says that it has to be started again', async () => {
    const platforms = await startPlatforms(shared ?? '');
    try {
      const { process: child, output } = platforms.two;
      // What it said last may come after its exit.
      const exited = once(child, 'close');
      // What is kept is kept for an hour: who hears only now of this has not heard of what was before it.
      await onServer(
        platforms.databaseUrl,
        `insert into platform_changes (platform, kind, key, written_at_ms) values ('gone', 'function', 'k', 0)`,
      );
      expect(await exited).toEqual([1, null]);
      expect(output()).toContain('This platform ends, since it has to read everything anew');
    } finally {
      await platforms.remove().catch(() => undefined);
    }
  });
});

describe.skipIf(shared === undefined)('two platforms that do not share their blobs', PATIENT, () => {
  let platforms: Platforms;

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '', { sharesBlobs: false });
  });

  afterAll(async () => await platforms.remove());

  test('leave each other their functions, and say what is missing', async () => {
    const { one, two } = platforms;
    const FunctionName = 'packed';
    const Code = { ZipFile: await zipOf(saying('here')) };
    const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE } as const;
    await one.lambda.send(new CreateFunctionCommand({ FunctionName, Code, ...settings }));
    await untilUpdated(two.lambda, FunctionName);
    expect((await invoke(one.lambda, FunctionName)).payload).toBe('here');
    await expect(invoke(two.lambda, FunctionName)).rejects.toThrow('platforms on one database have to share');
    expect((await invoke(one.lambda, FunctionName)).payload).toBe('here');
  });
});
