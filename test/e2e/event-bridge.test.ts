import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock, RECORDER, recordedRuns } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { makeQueue, queueClientFor, type TestQueue } from '../support/sns.ts';

let server: TestServer;
let events: EventBridgeClient;
let sqs: SQSClient;
let made = 0;
const unique = (name: string): string => `${name}-${(made += 1)}`;

const clientFor = (account: string): EventBridgeClient =>
  new EventBridgeClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
    maxAttempts: 1,
  });

beforeAll(async () => {
  server = await startServer();
  events = clientFor('test');
  sqs = queueClientFor(server);
});
afterAll(async () => {
  events.destroy();
  sqs.destroy();
  expect(await server.stop()).toBe(0);
});

/** A queue that rules may send to. */
async function openQueue(name = unique('queue')): Promise<TestQueue> {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      },
    ],
  });
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  return await makeQueue(sqs, name, false);
}

async function rule(pattern: object, target: Partial<Target>, EventBusName = 'default'): Promise<string> {
  const Name = unique('rule');
  const EventPattern = JSON.stringify(pattern);
  const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name, EventPattern, EventBusName }));
  await events.send(
    new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: 't', Arn: '', ...target }] }),
  );
  return RuleArn;
}

const put = async (detail: object, change: object = {}): Promise<string> => {
  const entry = { Source: 'shop', DetailType: 'order', Detail: JSON.stringify(detail), ...change };
  const { Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  expect(Entries?.[0]?.ErrorMessage).toBeUndefined();
  return Entries?.[0]?.EventId ?? '';
};
const bodies = async (queue: TestQueue, count: number): Promise<unknown[]> =>
  (await queue.take(count)).map(({ body }) => JSON.parse(body) as unknown);

describe('rules with patterns', () => {
  test('send whole events to the targets that match', async () => {
    const [large, all] = [await openQueue(), await openQueue()];
    const source = unique('shop');
    await rule({ source: [source], detail: { size: [{ numeric: ['>', 10] }] } }, { Arn: large.arn });
    await rule({ source: [{ prefix: source }] }, { Arn: all.arn });
    const small = await put({ size: 1 }, { Source: source });
    const big = await put(
      { size: 11 },
      { Source: source, Resources: ['arn:one'], Time: new Date(1_700_000_000_000) },
    );
    expect(await bodies(large, 1)).toEqual([
      {
        version: '0',
        id: big,
        'detail-type': 'order',
        source,
        account: '000000000000',
        time: '2023-11-14T22:13:20Z',
        region: 'us-east-1',
        resources: ['arn:one'],
        detail: { size: 11 },
      },
    ]);
    const ids = (await bodies(all, 2)).map((event) => (event as { id: string }).id);
    expect(ids.toSorted()).toEqual([small, big].toSorted());
    expect(await large.rest()).toEqual([]);
  });

  test('send what the target wants of an event', async () => {
    const source = unique('shop');
    const [constant, part, written] = [await openQueue(), await openQueue(), await openQueue()];
    await rule({ source: [source] }, { Arn: constant.arn, Input: '{"always":"this"}' });
    await rule({ source: [source] }, { Arn: part.arn, InputPath: '$.detail.item' });
    await rule(
      { source: [source] },
      {
        Arn: written.arn,
        InputTransformer: {
          InputPathsMap: { name: '$.detail.item.name', count: '$.detail.count' },
          InputTemplate: '{"text": "<count> of <name>", "count": <count>, "from": <aws.events.rule-name>}',
        },
      },
    );
    await put({ item: { name: 'tea "green"' }, count: 3 }, { Source: source });
    expect(await bodies(constant, 1)).toEqual([{ always: 'this' }]);
    expect(await bodies(part, 1)).toEqual([{ name: 'tea "green"' }]);
    expect(await bodies(written, 1)).toEqual([
      { text: '3 of tea "green"', count: 3, from: expect.stringMatching(/^rule-/) },
    ]);
  });

  test('invoke functions whose policy lets the rule in; others go to the dead-letter queue', async () => {
    const name = unique('function');
    await deploy(server.lambda, name, { 'index.js': RECORDER });
    const dead = await openQueue();
    const source = unique('shop');
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const RuleArn = await rule(
      { source: [source] },
      { Arn: functionArn, DeadLetterConfig: { Arn: dead.arn } },
    );
    const refused = await put({ n: 1 }, { Source: source });
    const [letter] = await dead.take(1);
    expect(JSON.parse(letter?.body ?? '')).toMatchObject({ id: refused, detail: { n: 1 } });
    expect(letter?.attributes).toMatchObject({
      RULE_ARN: RuleArn,
      TARGET_ARN: functionArn,
      ERROR_CODE: 'AccessDeniedException',
      RETRY_ATTEMPTS: '0',
    });
    await server.lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 'rule',
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: RuleArn,
      }),
    );
    await put({ n: 2 }, { Source: source });
    const [run] = await eventually(
      async () => await recordedRuns(server, name),
      (runs) => runs.length === 1,
    );
    expect(run?.event).toMatchObject({ source, detail: { n: 2 } });
  });

  test.each(['target', 'rule'] as const)(
    'reach functions of the account in the role of the %s',
    async (whose) => {
      const name = unique('function');
      await deploy(server.lambda, name, { 'index.js': RECORDER });
      const [Rule, source] = [unique('rule'), unique('shop')];
      const EventPattern = JSON.stringify({ source: [source] });
      const RoleArn = 'arn:aws:iam::000000000000:role/invoker';
      const ofRule = whose === 'rule' ? { RoleArn } : {};
      const ofTarget = whose === 'target' ? { RoleArn } : {};
      await events.send(new PutRuleCommand({ Name: Rule, EventPattern, ...ofRule }));
      const Arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
      await events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 't', Arn, ...ofTarget }] }));
      await put({ n: 1 }, { Source: source });
      const [run] = await eventually(
        async () => await recordedRuns(server, name),
        (runs) => runs.length === 1,
      );
      expect(run?.event).toMatchObject({ source, detail: { n: 1 } });
    },
  );

  test('lead from bus to bus, and from another account that the bus lets in', async () => {
    const [first, second] = [unique('bus'), unique('bus')];
    for (const Name of [first, second]) await events.send(new CreateEventBusCommand({ Name }));
    const queue = await openQueue();
    const arn = `arn:aws:events:us-east-1:000000000000:event-bus/${second}`;
    await rule({ source: ['shop'] }, { Arn: arn }, first);
    await rule({ source: ['shop'] }, { Arn: queue.arn }, second);
    const id = await put({ far: true }, { EventBusName: first });
    expect(await bodies(queue, 1)).toMatchObject([{ id, detail: { far: true } }]);
    const other = clientFor('111111111111');
    const entry = { Source: 'shop', DetailType: 'order', Detail: '{}', EventBusName: arn };
    const send = async () => (await other.send(new PutEventsCommand({ Entries: [entry] }))).Entries?.[0];
    expect(await send()).toMatchObject({ ErrorCode: 'AccessDeniedException' });
    await events.send(
      new PutPermissionCommand({
        EventBusName: second,
        StatementId: 'other',
        Action: 'events:PutEvents',
        Principal: '111111111111',
      }),
    );
    expect(await send()).toMatchObject({ EventId: expect.any(String) });
    expect(await bodies(queue, 1)).toMatchObject([{ account: '111111111111' }]);
    const Statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: arn,
      Condition: { StringEquals: { 'events:source': 'shop', 'events:detail-type': 'secret' } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
    await events.send(new PutPermissionCommand({ EventBusName: second, Policy }));
    const Entries = [
      { ...entry, DetailType: 'secret' },
      { ...entry, DetailType: 'open' },
    ];
    expect((await events.send(new PutEventsCommand({ Entries }))).Entries).toMatchObject([
      { ErrorCode: 'AccessDeniedException' },
      { EventId: expect.any(String) },
    ]);
    other.destroy();
  });
});

test('rules with schedules fire at their instants', async () => {
  const [every, daily] = [await openQueue(), await openQueue()];
  const names = [unique('every'), unique('daily')];
  const schedules = ['rate(5 minutes)', 'cron(30 4 * * ? *)'];
  for (const [index, queue] of [every, daily].entries()) {
    const Rule = names[index];
    await events.send(new PutRuleCommand({ Name: Rule, ScheduleExpression: schedules[index] }));
    await events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 't', Arn: queue.arn }] }));
  }
  await advanceClock(server, 15 * 60_000);
  const fired = (await bodies(every, 3)) as { time: string }[];
  expect(fired).toHaveLength(3);
  expect(fired[0]).toMatchObject({
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    resources: [`arn:aws:events:us-east-1:000000000000:rule/${names[0]}`],
    detail: {},
  });
  const times = fired.map(({ time }) => Date.parse(time)).toSorted((a, b) => a - b);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 300_000, 600_000]);
  await events.send(new DisableRuleCommand({ Name: names[0] }));
  await every.rest();
  await advanceClock(server, 86_400_000);
  const atHalfPastFour = (await bodies(daily, 1)) as { time: string }[];
  for (const { time } of atHalfPastFour) expect(time).toMatch(/T04:30:00Z$/);
  expect(await every.rest()).toEqual([]);
});

test('rules and targets can be listed, replaced and deleted', async () => {
  const bus = unique('bus');
  const nothing = {
    KmsKeyIdentifier: '',
    LogConfig: { Level: 'OFF' as const, IncludeDetail: 'NONE' as const },
  };
  await events.send(new CreateEventBusCommand({ Name: bus, Description: 'for a test', ...nothing }));
  await expect(
    events.send(new CreateEventBusCommand({ Name: 'logging', LogConfig: { Level: 'INFO' } })),
  ).rejects.toThrow('LogConfig');
  await expect(events.send(new CreateEventBusCommand({ Name: bus }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  const queue = await openQueue();
  const where = { EventBusName: bus };
  for (const Name of ['b', 'a', 'c'])
    await events.send(new PutRuleCommand({ ...where, Name, EventPattern: '{"source":["x"]}' }));
  const first = await events.send(new ListRulesCommand({ ...where, Limit: 2 }));
  const rest = await events.send(new ListRulesCommand({ ...where, Limit: 2, NextToken: first.NextToken }));
  expect([...(first.Rules ?? []), ...(rest.Rules ?? [])].map(({ Name }) => Name)).toEqual(['a', 'b', 'c']);
  await events.send(new PutTargetsCommand({ ...where, Rule: 'a', Targets: [{ Id: 't', Arn: queue.arn }] }));
  await events.send(
    new PutRuleCommand({ ...where, Name: 'a', EventPattern: '{"source":["y"]}', State: 'DISABLED' }),
  );
  expect(await events.send(new DescribeRuleCommand({ ...where, Name: 'a' }))).toMatchObject({
    Arn: `arn:aws:events:us-east-1:000000000000:rule/${bus}/a`,
    EventPattern: '{"source":["y"]}',
    State: 'DISABLED',
    EventBusName: bus,
  });
  const { Targets } = await events.send(new ListTargetsByRuleCommand({ ...where, Rule: 'a' }));
  expect(Targets).toEqual([{ Id: 't', Arn: queue.arn }]);
  const twice = [{ Id: 't', Arn: 'arn:aws:sqs:us-east-1:000000000000:q' }, ...(Targets ?? [])];
  await events.send(new PutTargetsCommand({ ...where, Rule: 'a', Targets: twice }));
  expect((await events.send(new ListTargetsByRuleCommand({ ...where, Rule: 'a' }))).Targets).toEqual(Targets);
  const named = await events.send(new ListRuleNamesByTargetCommand({ ...where, TargetArn: queue.arn }));
  expect(named.RuleNames).toEqual(['a']);
  await expect(events.send(new DeleteRuleCommand({ ...where, Name: 'a' }))).rejects.toThrow(
    "Rule can't be deleted since it has targets.",
  );
  const removed = await events.send(new RemoveTargetsCommand({ ...where, Rule: 'a', Ids: ['t', 'none'] }));
  expect(removed).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: 'none' }] });
  await expect(events.send(new DeleteEventBusCommand({ Name: bus }))).rejects.toThrow('since it has rules');
  for (const Name of ['a', 'b', 'c', 'c']) await events.send(new DeleteRuleCommand({ ...where, Name }));
  await events.send(new DeleteEventBusCommand({ Name: bus }));
  await expect(events.send(new ListRulesCommand(where))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

describe('bad input', () => {
  const putRule = async (input: object): Promise<unknown> =>
    await events.send(new PutRuleCommand({ Name: 'bad', ...input }));

  test.each([
    [{}, 'Parameter(s) EventPattern or ScheduleExpression must be specified.'],
    [{ EventPattern: '{' }, 'Event pattern is not valid. Reason: '],
    [{ EventPattern: '{"source":["x"]}', RoleArn: 'someone' }, 'Parameter RoleArn is not valid.'],
    [{ EventPattern: '{"source":"x"}' }, 'Event pattern is not valid. Reason: '],
    [{ EventPattern: '{"source":[{"like":"x"}]}' }, 'Event pattern is not valid. Reason: '],
    [{ ScheduleExpression: 'rate(5 minute)' }, 'Parameter ScheduleExpression is not valid.'],
    [{ ScheduleExpression: 'cron(0 12 * * * *)' }, 'Parameter ScheduleExpression is not valid.'],
    [
      {
        EventPattern: '{"source":["x"]}',
        State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' as const,
      },
      'does not implement State ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    ],
    [{ EventPattern: '{"source":["x"]}', EventBusName: 'missing' }, 'Event bus missing does not exist.'],
  ])('PutRule %j', async (input, message) => {
    await expect(putRule(input)).rejects.toThrow(message);
    await expect(events.send(new DescribeRuleCommand({ Name: 'bad' }))).rejects.toThrow(
      'Rule bad does not exist on EventBus default.',
    );
  });

  test('a schedule on a bus of one’s own', async () => {
    const Name = unique('bus');
    await events.send(new CreateEventBusCommand({ Name }));
    await expect(putRule({ EventBusName: Name, ScheduleExpression: 'rate(1 hour)' })).rejects.toThrow(
      'ScheduleExpression is supported only on the default event bus.',
    );
  });

  test.each<[Partial<Target>, string]>([
    [{ Arn: 'nonsense' }, 'Provided Arn is not in correct format'],
    [{ Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:s' }, 'does not implement targets such as'],
    [{ Arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' }, 'RoleArn is required for target'],
    [{ Arn: 'arn:aws:sqs:us-east-1:000000000000:q.fifo' }, 'SqsParameters must be specified'],
    [{ Input: '{' }, 'JSON syntax error in input'],
    [{ RoleArn: 'arn:aws:iam::000000000000:user/u' }, 'Parameter RoleArn is not valid.'],
    [{ InputPath: 'detail' }, 'Invalid InputPath'],
    [{ Input: '{}', InputPath: '$' }, 'Only one of Input, InputPath, or InputTransformer'],
    [{ InputTransformer: { InputTemplate: '"<x>"' } }, 'Invalid InputTemplate'],
    [{ KinesisParameters: { PartitionKeyPath: '$.id' } }, 'KinesisParameters are for streams only'],
    [
      { Arn: 'arn:aws:sns:us-east-1:000000000000:t', SqsParameters: { MessageGroupId: 'g' } },
      'SqsParameters are for queues only',
    ],
    [
      { Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/b', InputPath: '$.detail' },
      'Input, InputPath and InputTransformer are not available',
    ],
  ])('PutTargets %j', async (target, message) => {
    const Name = unique('rule');
    await putRule({ Name, EventPattern: '{"source":["x"]}' });
    const Targets = [{ Id: 't', Arn: 'arn:aws:sqs:us-east-1:000000000000:q', ...target }];
    await expect(events.send(new PutTargetsCommand({ Rule: Name, Targets }))).rejects.toThrow(message);
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: Name }))).Targets).toEqual([]);
  });

  test('entries of PutEvents are refused one by one', async () => {
    const good = { Source: 'shop', DetailType: 'd', Detail: '{}' };
    const { FailedEntryCount, Entries } = await events.send(
      new PutEventsCommand({
        Entries: [
          good,
          { ...good, Source: '' },
          { ...good, Detail: 'no JSON' },
          { ...good, Source: 'aws.s3' },
          { ...good, EventBusName: 'missing' },
        ],
      }),
    );
    expect(FailedEntryCount).toBe(4);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'InvalidArgument',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'ResourceNotFoundException',
    ]);
  });

  test('TestEventPattern', async () => {
    const event = {
      id: '1',
      'detail-type': 'd',
      source: 's',
      account: '0',
      time: '2026-11-21T10:00:00Z',
      region: 'us-east-1',
      detail: { name: 'photo.png', ip: '10.0.0.9' },
    };
    const check = async (pattern: object, sent: object = event): Promise<boolean | undefined> =>
      (
        await events.send(
          new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(sent) }),
        )
      ).Result;
    expect(await check({ detail: { name: [{ wildcard: 'ph*.png' }], ip: [{ cidr: '10.0.0.0/24' }] } })).toBe(
      true,
    );
    expect(await check({ detail: { name: [{ 'anything-but': { suffix: '.png' } }] } })).toBe(false);
    await expect(check({ source: ['s'] }, { id: '1' })).rejects.toThrow('Parameter Event is not valid.');
  });
});
