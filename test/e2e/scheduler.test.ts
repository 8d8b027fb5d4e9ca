import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { advanceClock, RECORDER, recordedRuns } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { makeQueue, queueClientFor, type TestQueue } from '../support/sns.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let scheduler: SchedulerClient;
let sqs: SQSClient;
let made = 0;
const unique = (name: string): string => `${name}-${(made += 1)}`;
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';
const HOUR_MS = 3_600_000;

const clientFor = ({ endpoint }: TestServer): SchedulerClient =>
  new SchedulerClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

beforeAll(async () => {
  server = await startServer();
  scheduler = clientFor(server);
  sqs = queueClientFor(server);
});
afterAll(async () => {
  scheduler.destroy();
  sqs.destroy();
  expect(await server.stop()).toBe(0);
});

type Wanted = Partial<CreateScheduleCommandInput>;
const inputOf = (queue: Pick<TestQueue, 'arn'>, change: Wanted): CreateScheduleCommandInput => ({
  Name: unique('schedule'),
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  ...change,
  Target: { Arn: queue.arn, RoleArn, ...change.Target },
});
const create = async (queue: Pick<TestQueue, 'arn'>, change: Wanted): Promise<string> => {
  const input = inputOf(queue, change);
  await scheduler.send(new CreateScheduleCommand(input));
  return input.Name ?? '';
};
const now = async (): Promise<number> =>
  ((await (await fetch(`${server.endpoint}/_lambent/clock`)).json()) as { nowMs: number }).nowMs;
const local = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

describe('schedules', () => {
  test('a rate sends its input with the facts of each run', async () => {
    const queue = await makeQueue(sqs, unique('queue'), false);
    const Input = '{"at":"<aws.scheduler.scheduled-time>","try":"<aws.scheduler.attempt-number>"}';
    const name = await create(queue, { ScheduleExpression: 'rate(2 hours)', Target: { Input } as never });
    await advanceClock(server, 6 * HOUR_MS);
    const runs = (await queue.take(3)).map(({ body }) => JSON.parse(body) as { at: string; try: string });
    const times = runs.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b);
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 2 * HOUR_MS, 4 * HOUR_MS]);
    expect(runs.map((run) => run.try)).toEqual(['1', '1', '1']);
    await scheduler.send(new DeleteScheduleCommand({ Name: name }));
    await advanceClock(server, 6 * HOUR_MS);
    expect(await queue.rest()).toEqual([]);
  });

  test('one that is due once is gone afterwards, where it was asked to be', async () => {
    const queue = await makeQueue(sqs, unique('queue'), false);
    const ScheduleExpression = `at(${local((await now()) + HOUR_MS)})`;
    const kept = await create(queue, { ScheduleExpression });
    const gone = await create(queue, { ScheduleExpression, ActionAfterCompletion: 'DELETE' });
    await advanceClock(server, 30 * 60_000);
    expect(await queue.rest()).toEqual([]);
    await advanceClock(server, HOUR_MS);
    const runs = await queue.take(2);
    expect(JSON.parse(runs[0]?.body ?? '')).toMatchObject({
      source: 'aws.scheduler',
      'detail-type': 'Scheduled Event',
      detail: '{}',
    });
    await advanceClock(server, 24 * HOUR_MS);
    expect(await queue.rest()).toEqual([]);
    expect(await scheduler.send(new GetScheduleCommand({ Name: kept }))).toMatchObject({ State: 'ENABLED' });
    await expect(scheduler.send(new GetScheduleCommand({ Name: gone }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('the same request again is answered as the first was', async () => {
    const queue = await makeQueue(sqs, unique('queue'), false);
    const input = { ...inputOf(queue, {}), ClientToken: unique('token') };
    const first = await scheduler.send(new CreateScheduleCommand(input));
    const again = await scheduler.send(new CreateScheduleCommand(input));
    expect(again.ScheduleArn).toBe(first.ScheduleArn);
    await expect(
      scheduler.send(new CreateScheduleCommand({ ...input, ClientToken: unique('token') })),
    ).rejects.toMatchObject({ name: 'ConflictException' });
    const group = { Name: unique('group'), ClientToken: unique('token') };
    const { ScheduleGroupArn } = await scheduler.send(new CreateScheduleGroupCommand(group));
    expect(await scheduler.send(new CreateScheduleGroupCommand(group))).toMatchObject({ ScheduleGroupArn });
  });

  test('an update or a deletion that is sent again does nothing again', async () => {
    const queue = await makeQueue(sqs, unique('queue'), false);
    const input = inputOf(queue, {});
    const { Name } = input;
    await scheduler.send(new CreateScheduleCommand(input));
    const update = new UpdateScheduleCommand({ ...input, Description: 'mine', ClientToken: unique('token') });
    await scheduler.send(update);
    await scheduler.send(new UpdateScheduleCommand({ ...input, Description: 'theirs' }));
    await scheduler.send(update);
    expect(await scheduler.send(new GetScheduleCommand({ Name }))).toMatchObject({ Description: 'theirs' });
    const other = { ...update.input, Description: 'changed my mind' };
    await expect(scheduler.send(new UpdateScheduleCommand(other))).rejects.toMatchObject({
      name: 'ConflictException',
    });
    const deletion = new DeleteScheduleCommand({ Name, ClientToken: unique('token') });
    await scheduler.send(deletion);
    await scheduler.send(deletion);
    await expect(scheduler.send(new DeleteScheduleCommand({ Name }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await scheduler.send(new CreateScheduleCommand(input));
    await scheduler.send(deletion);
    expect(await scheduler.send(new GetScheduleCommand({ Name }))).toMatchObject({ Name });
    await advanceClock(server, 11 * 60_000);
    await scheduler.send(deletion);
    await expect(scheduler.send(new GetScheduleCommand({ Name }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const group = { Name: unique('group'), ClientToken: unique('token') };
    await scheduler.send(new CreateScheduleGroupCommand(group));
    for (const again of [group, group]) await scheduler.send(new DeleteScheduleGroupCommand(again));
  });

  test('noon is noon where the schedule lives', async () => {
    const queue = await makeQueue(sqs, unique('queue'), false);
    const Input = '{"at":"<aws.scheduler.scheduled-time>","zone":"';
    for (const zone of ['Europe/Zurich', 'America/New_York'])
      await create(queue, {
        ScheduleExpression: 'cron(0 12 * * ? *)',
        ScheduleExpressionTimezone: zone,
        Target: { Input: `${Input}${zone}"}` } as never,
      });
    // An hour more than three days, should a clock be set back in one of them.
    await advanceClock(server, 73 * HOUR_MS);
    const runs = (await queue.take(6)).map(({ body }) => JSON.parse(body) as { at: string; zone: string });
    for (const { at, zone } of runs) {
      const hour = new Date(at).toLocaleTimeString('en-GB', {
        timeZone: zone,
        hour: '2-digit',
        minute: '2-digit',
      });
      expect(hour).toBe('12:00');
    }
  });

  test('functions are invoked, and what cannot be is a dead letter', async () => {
    const name = unique('function');
    await deploy(server.lambda, name, { 'index.js': RECORDER });
    const dead = await makeQueue(sqs, unique('dead'), false);
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    await create({ arn }, { Target: { Input: '{"n":1}' } as never });
    const DeadLetterConfig = { Arn: dead.arn };
    await create({ arn: `${arn}-missing` }, { Target: { Input: '{"n":2}', DeadLetterConfig } as never });
    await advanceClock(server, HOUR_MS);
    const runs = await eventually(
      async () => await recordedRuns(server, name),
      ({ length }) => length > 0,
    );
    expect(runs.map(({ event }) => event)).toEqual([{ n: 1 }]);
    expect(await dead.take(1)).toMatchObject([
      {
        body: '{"n":2}',
        attributes: {
          ERROR_CODE: 'ResourceNotFoundException',
          RETRY_ATTEMPTS: '0',
          TARGET_ARN: `${arn}-missing`,
        },
      },
    ]);
  });

  test('a flexible window runs it within that time', async () => {
    const queue = await makeQueue(sqs, unique('queue'), false);
    await create(queue, { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 } });
    await advanceClock(server, HOUR_MS + 30 * 60_000);
    expect(await queue.take(1)).toHaveLength(1);
  });

  test('are updated as a whole, disabled and enabled', async () => {
    const queue = await makeQueue(sqs, unique('queue'), false);
    const input = inputOf(queue, { Description: 'first' });
    const { ScheduleArn } = await scheduler.send(new CreateScheduleCommand(input));
    expect(ScheduleArn).toBe(`arn:aws:scheduler:us-east-1:000000000000:schedule/default/${input.Name}`);
    await expect(scheduler.send(new CreateScheduleCommand(input))).rejects.toMatchObject({
      name: 'ConflictException',
    });
    const { Description: _, ...rest } = input;
    await scheduler.send(new UpdateScheduleCommand({ ...rest, State: 'DISABLED' }));
    const shown = await scheduler.send(new GetScheduleCommand({ Name: input.Name }));
    expect(shown).toMatchObject({
      State: 'DISABLED',
      ScheduleExpressionTimezone: 'UTC',
      ActionAfterCompletion: 'NONE',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
    });
    expect(shown).not.toHaveProperty('Description');
    await advanceClock(server, 3 * HOUR_MS);
    expect(await queue.rest()).toEqual([]);
    await scheduler.send(new UpdateScheduleCommand(rest));
    await advanceClock(server, HOUR_MS);
    expect(await queue.take(1)).toHaveLength(1);
  });
});

test('groups hold schedules, and take them along when they go', async () => {
  const queue = await makeQueue(sqs, unique('queue'), false);
  const Name = unique('group');
  const { ScheduleGroupArn: ResourceArn } = await scheduler.send(
    new CreateScheduleGroupCommand({ Name, Tags: [{ Key: 'a', Value: '1' }] }),
  );
  for (const schedule of ['x1', 'x2', 'y1']) await create(queue, { Name: schedule, GroupName: Name });
  const first = await scheduler.send(
    new ListSchedulesCommand({ GroupName: Name, NamePrefix: 'x', MaxResults: 1 }),
  );
  const second = await scheduler.send(
    new ListSchedulesCommand({ GroupName: Name, NamePrefix: 'x', MaxResults: 1, NextToken: first.NextToken }),
  );
  expect([...(first.Schedules ?? []), ...(second.Schedules ?? [])].map((found) => found.Name)).toEqual([
    'x1',
    'x2',
  ]);
  await scheduler.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }));
  await scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
  expect((await scheduler.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([
    { Key: 'b', Value: '2' },
  ]);
  const groups = await scheduler.send(new ListScheduleGroupsCommand({}));
  expect(groups.ScheduleGroups?.map((group) => group.Name)).toEqual(
    expect.arrayContaining(['default', Name]),
  );
  await scheduler.send(new DeleteScheduleGroupCommand({ Name }));
  await expect(scheduler.send(new ListSchedulesCommand({ GroupName: Name }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(scheduler.send(new GetScheduleCommand({ GroupName: Name, Name: 'x1' }))).rejects.toMatchObject(
    {
      name: 'ResourceNotFoundException',
    },
  );
});

test.each<[Wanted, string]>([
  [{ ScheduleExpression: 'rate(0 hours)' }, 'Invalid Schedule Expression'],
  [{ ScheduleExpression: 'cron(0 12 * * * *)' }, 'Invalid Schedule Expression'],
  [{ ScheduleExpression: 'at(2026-02-30T10:00:00)' }, 'Invalid Schedule Expression'],
  [{ ScheduleExpression: 'at(2020-01-01T00:00:00)' }, 'never due again'],
  [{ ScheduleExpression: 'cron(0 12 * * ? 2020)' }, 'never due again'],
  [{ ScheduleExpressionTimezone: 'Mars/Olympus' }, 'Invalid ScheduleExpressionTimezone'],
  [{ StartDate: new Date('2090-01-02'), EndDate: new Date('2090-01-01') }, 'must be before the EndDate'],
  [{ EndDate: new Date('2020-01-01') }, 'EndDate you specify cannot be earlier'],
  [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'MaximumWindowInMinutes must be provided'],
  [{ GroupName: 'missing' }, 'Schedule group missing does not exist.'],
  [
    { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:s3:putObject', RoleArn } },
    'does not implement targets such as',
  ],
  [{ Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:q.fifo', RoleArn } }, 'MessageGroupId'],
  [
    {
      Target: {
        Arn: 'arn:aws:sns:us-east-1:000000000000:t',
        RoleArn,
        SqsParameters: { MessageGroupId: 'g' },
      },
    },
    'SqsParameters are for queues only',
  ],
  [
    {
      Target: {
        Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/default',
        RoleArn,
        EventBridgePutEventsV2Parameters: { DetailType: 'd', Source: 's' },
      },
    },
    'does not implement EventBridgePutEventsV2Parameters',
  ],
  [{ KmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' }, 'does not implement KmsKeyArn'],
])('%j is refused and makes no schedule', async (change, message) => {
  const input = inputOf({ arn: 'arn:aws:sqs:us-east-1:000000000000:q' }, change);
  await expect(scheduler.send(new CreateScheduleCommand(input))).rejects.toThrow(message);
  await expect(scheduler.send(new GetScheduleCommand({ Name: input.Name }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('what became due while nothing ran is made up for after kill -9, once', async () => {
  const directory = await temporaryDirectory();
  const first = await startServer({ dataDir: directory.path });
  const [client, queues] = [clientFor(first), queueClientFor(first)];
  const queue = await makeQueue(queues, 'late', false);
  // It stands still there: neither has the time come before the schedule is made, nor before that platform is killed.
  const body = new URLSearchParams({ freeze: 'true' });
  expect((await fetch(`${first.endpoint}/_lambent/clock`, { method: 'POST', body })).status).toBe(200);
  const due = Date.now() + 2_000;
  const ScheduleExpression = `at(${local(due)})`;
  await client.send(new CreateScheduleCommand(inputOf(queue, { Name: 'late', ScheduleExpression })));
  await first.kill();
  await eventually(
    async () => await Promise.resolve(Date.now()),
    (atMs) => atMs > due,
  );
  const second = await startServer({ dataDir: directory.path });
  const secondQueues = queueClientFor(second);
  const again = await makeQueue(secondQueues, 'late', false);
  expect(await again.take(1)).toHaveLength(1);
  await advanceClock(second, 24 * HOUR_MS);
  expect(await again.rest()).toEqual([]);
  for (const one of [client, queues, secondQueues]) one.destroy();
  expect(await second.stop()).toBe(0);
  await directory.remove();
});
