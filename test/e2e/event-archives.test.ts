import {
  CancelReplayCommand,
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListReplaysCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
  UpdateArchiveCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../support/async-events.ts';
import { eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { makeQueue, queueClientFor, type TestQueue } from '../support/sns.ts';

const HOUR_MS = 3_600_000;
const ARN = 'arn:aws:events:us-east-1:000000000000';
const START = new Date('2026-01-01T10:00:00Z');
const END = new Date('2026-01-01T11:00:00Z');

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;
let events: EventBridgeClient;
let sqs: SQSClient;
let made = 0;
const unique = (name: string): string => `${name}-${(made += 1)}`;

async function open(): Promise<void> {
  server = await startServer({ dataDir: directory.path });
  events = new EventBridgeClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  sqs = queueClientFor(server);
}

beforeAll(async () => {
  directory = await temporaryDirectory();
  await open();
});
afterAll(async () => {
  events.destroy();
  sqs.destroy();
  expect(await server.stop()).toBe(0);
  await directory.remove();
});

/** A bus with an archive and a rule that leads all events to a queue. */
async function archivedBus(settings: object = {}) {
  const [bus, archive] = [unique('bus'), unique('archive')];
  await events.send(new CreateEventBusCommand({ Name: bus }));
  const { ArchiveArn } = await events.send(
    new CreateArchiveCommand({
      ArchiveName: archive,
      EventSourceArn: `${ARN}:event-bus/${bus}`,
      ...settings,
    }),
  );
  const { queue, ruleArn } = await ruleTo(bus);
  return { bus, archive, ArchiveArn, queue, ruleArn };
}

async function ruleTo(bus: string): Promise<{ queue: TestQueue; ruleArn: string }> {
  const name = unique('queue');
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
  const queue = await makeQueue(sqs, name, false);
  const rule = { EventBusName: bus, Rule: unique('rule') };
  const { RuleArn = '' } = await events.send(
    new PutRuleCommand({ EventBusName: bus, Name: rule.Rule, EventPattern: '{"source":["shop"]}' }),
  );
  await events.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: 't', Arn: queue.arn }] }));
  return { queue, ruleArn: RuleArn };
}

/** @param minutes after START, of each event */
async function put(bus: string, minutes: readonly number[]): Promise<void> {
  for (let first = 0; first < minutes.length; first += 10) {
    const Entries = minutes.slice(first, first + 10).map((minute) => ({
      EventBusName: bus,
      Source: 'shop',
      DetailType: 'order',
      Detail: JSON.stringify({ minute }),
      Time: new Date(START.getTime() + minute * 60_000),
    }));
    expect(await events.send(new PutEventsCommand({ Entries }))).toMatchObject({ FailedEntryCount: 0 });
  }
}

interface Seen {
  readonly detail: { readonly minute: number };
  readonly 'replay-name'?: string;
}

async function seen(queue: TestQueue, count: number): Promise<Seen[]> {
  const taken = (await queue.take(count)).map(({ body }) => JSON.parse(body) as Seen);
  return taken.toSorted((a, b) => a.detail.minute - b.detail.minute);
}

async function replay(from: { bus: string; ArchiveArn: string | undefined }, change: object = {}) {
  const ReplayName = unique('replay');
  const Destination = { Arn: `${ARN}:event-bus/${from.bus}` };
  const settings = { ReplayName, EventSourceArn: from.ArchiveArn, EventStartTime: START, EventEndTime: END };
  const started = await events.send(new StartReplayCommand({ ...settings, Destination, ...change }));
  expect(started).toMatchObject({ ReplayArn: `${ARN}:replay/${ReplayName}`, State: 'STARTING' });
  return ReplayName;
}

async function ended(ReplayName: string) {
  return await eventually(
    async () => await events.send(new DescribeReplayCommand({ ReplayName })),
    ({ ReplayEndTime }) => ReplayEndTime !== undefined,
  );
}

describe('an archive', () => {
  test('keeps what its pattern wants, and shows how much that is', async () => {
    const { bus, archive, ArchiveArn } = await archivedBus({
      Description: 'late ones',
      EventPattern: '{"detail":{"minute":[{"numeric":[">",10]}]}}',
      RetentionDays: 2,
    });
    expect(ArchiveArn).toBe(`${ARN}:archive/${archive}`);
    await put(bus, [5, 20, 30]);
    const found = await events.send(new DescribeArchiveCommand({ ArchiveName: archive }));
    expect(found).toMatchObject({
      ArchiveArn,
      ArchiveName: archive,
      EventSourceArn: `${ARN}:event-bus/${bus}`,
      Description: 'late ones',
      EventPattern: '{"detail":{"minute":[{"numeric":[">",10]}]}}',
      State: 'ENABLED',
      RetentionDays: 2,
      EventCount: 2,
    });
    expect(found.SizeBytes).toBeGreaterThan(300);
    await events.send(
      new UpdateArchiveCommand({ ArchiveName: archive, EventPattern: '{"source":["shop"]}' }),
    );
    await put(bus, [1]);
    expect(await events.send(new DescribeArchiveCommand({ ArchiveName: archive }))).toMatchObject({
      Description: 'late ones',
      EventCount: 3,
    });
  });

  // Platforms on one database look around every minute, of time that is moved too: hence the limit.
  test('forgets what is older than it keeps', async () => {
    const { bus, archive, ArchiveArn, queue } = await archivedBus({ RetentionDays: 1 });
    await put(bus, [1, 2]);
    await seen(queue, 2);
    await advanceClock(server, 24 * HOUR_MS + 1000);
    await put(bus, [3]);
    await seen(queue, 1);
    const { EventCount } = await events.send(new DescribeArchiveCommand({ ArchiveName: archive }));
    expect(EventCount).toBe(1);
    // A longer time brings nothing back that was swept.
    await events.send(new UpdateArchiveCommand({ ArchiveName: archive, RetentionDays: 0 }));
    await advanceClock(server, HOUR_MS);
    await ended(await replay({ bus, ArchiveArn }));
    expect(await seen(queue, 1)).toMatchObject([{ detail: { minute: 3 } }]);
    expect(await queue.rest()).toEqual([]);
  }, 180_000);

  test('is listed, and is gone with its events once deleted', async () => {
    const { bus, archive } = await archivedBus();
    await put(bus, [1]);
    const EventSourceArn = `${ARN}:event-bus/${bus}`;
    const other = unique('archive');
    await events.send(new CreateArchiveCommand({ ArchiveName: other, EventSourceArn }));
    const list = async (input: object) =>
      ((await events.send(new ListArchivesCommand(input))).Archives ?? []).map(
        ({ ArchiveName }) => ArchiveName,
      );
    expect(await list({ EventSourceArn })).toEqual([archive, other].toSorted());
    expect(await list({ NamePrefix: other })).toEqual([other]);
    const first = await events.send(new ListArchivesCommand({ EventSourceArn, Limit: 1 }));
    expect(await list({ EventSourceArn, Limit: 1, NextToken: first.NextToken })).toHaveLength(1);
    await expect(events.send(new DeleteEventBusCommand({ Name: bus }))).rejects.toThrow('since it has rules');
    await events.send(new DeleteArchiveCommand({ ArchiveName: archive }));
    await events.send(new CreateArchiveCommand({ ArchiveName: archive, EventSourceArn }));
    expect(await events.send(new DescribeArchiveCommand({ ArchiveName: archive }))).toMatchObject({
      EventCount: 0,
    });
  });
});

describe('a replay', () => {
  test('puts the events of its time on the bus again, for the rules it names', async () => {
    const from = await archivedBus();
    const other = await ruleTo(from.bus);
    await put(from.bus, [-1, 0, 30, 60, 61]);
    await Promise.all([seen(from.queue, 5), seen(other.queue, 5)]);
    const name = await replay(from, {
      Description: 'again',
      Destination: { Arn: `${ARN}:event-bus/${from.bus}`, FilterArns: [from.ruleArn] },
    });
    const again = await seen(from.queue, 3);
    expect(again.map(({ detail }) => detail.minute)).toEqual([0, 30, 60]);
    expect(new Set(again.map((event) => event['replay-name']))).toEqual(new Set([name]));
    expect(await ended(name)).toMatchObject({
      Description: 'again',
      State: 'COMPLETED',
      EventSourceArn: from.ArchiveArn,
      Destination: { FilterArns: [from.ruleArn] },
      EventLastReplayedTime: END,
    });
    expect([...(await from.queue.rest()), ...(await other.queue.rest())]).toEqual([]);
    // What is replayed is not archived again.
    const { EventCount } = await events.send(new DescribeArchiveCommand({ ArchiveName: from.archive }));
    expect(EventCount).toBe(5);
    const { Replays } = await events.send(new ListReplaysCommand({ EventSourceArn: from.ArchiveArn }));
    expect(Replays).toMatchObject([{ ReplayName: name, State: 'COMPLETED', EventStartTime: START }]);
    await expect(events.send(new CancelReplayCommand({ ReplayName: name }))).rejects.toMatchObject({
      name: 'IllegalStatusException',
      message: `Replay ${name} is not in a valid state for this operation.`,
    });
  });

  test('goes on where it was when the platform died, and leaves nothing out', async () => {
    const from = await archivedBus();
    const minutes = Array.from({ length: 60 }, (_, index) => index);
    await put(from.bus, minutes);
    await seen(from.queue, 60);
    const name = await replay(from);
    await server.kill();
    events.destroy();
    sqs.destroy();
    await open();
    const queue = await makeQueue(sqs, from.queue.arn.split(':').at(-1) ?? '', false);
    expect(await ended(name)).toMatchObject({ State: 'COMPLETED' });
    const again = new Set<number>();
    await eventually(
      async () => {
        for (const { body } of await queue.rest()) again.add((JSON.parse(body) as Seen).detail.minute);
        return again.size;
      },
      (size) => size === 60,
    );
  }, 120_000);

  test('can be cancelled', async () => {
    const from = await archivedBus();
    await put(
      from.bus,
      Array.from({ length: 60 }, () => 1),
    );
    const name = await replay(from);
    const cancelled = await events
      .send(new CancelReplayCommand({ ReplayName: name }))
      .catch((error: Error) => error);
    // It may have been faster.
    if (cancelled instanceof Error) expect(cancelled.name).toBe('IllegalStatusException');
    const { State } = await ended(name);
    expect(State).toBe(cancelled instanceof Error ? 'COMPLETED' : 'CANCELLED');
  });
});

describe('bad input', () => {
  test.each([
    [{ EventSourceArn: `${ARN}:event-bus/missing` }, 'Event bus missing does not exist.'],
    [{ EventSourceArn: `${ARN}:rule/x` }, 'Parameter EventSourceArn is not valid.'],
    [{ EventPattern: '{"source":"x"}' }, 'Event pattern is not valid. Reason: '],
    [{ ArchiveName: 'no spaces' }, 'validation error'],
    [{ RetentionDays: -1 }, 'validation error'],
    [{ KmsKeyIdentifier: 'key' }, 'Lambent does not implement KmsKeyIdentifier yet.'],
  ])('CreateArchive %j', async (change, message) => {
    const input = { ArchiveName: 'bad', EventSourceArn: `${ARN}:event-bus/default`, ...change };
    await expect(events.send(new CreateArchiveCommand(input))).rejects.toThrow(message);
    await expect(events.send(new DescribeArchiveCommand({ ArchiveName: 'bad' }))).rejects.toThrow(
      'Archive bad does not exist.',
    );
  });

  test('an archive of a name that is taken, filters that exclude each other', async () => {
    const { archive, bus } = await archivedBus();
    const input = { ArchiveName: archive, EventSourceArn: `${ARN}:event-bus/${bus}` };
    await expect(events.send(new CreateArchiveCommand(input))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: `Archive ${archive} already exists.`,
    });
    await expect(events.send(new ListArchivesCommand({ NamePrefix: 'a', State: 'ENABLED' }))).rejects.toThrow(
      'At most one filter is allowed for ListArchives.',
    );
  });

  test.each([
    [{ EventStartTime: END, EventEndTime: START }, 'EventStartTime must be before EventEndTime.'],
    [{ EventSourceArn: `${ARN}:archive/missing` }, 'Archive missing does not exist.'],
    [{ EventSourceArn: `${ARN}:event-bus/default` }, 'Must contain an archive ARN.'],
    [{ Destination: { Arn: `${ARN}:rule/x` } }, 'Must contain an event bus ARN.'],
    [{ Destination: { Arn: `${ARN}:event-bus/missing` } }, 'Event bus missing does not exist.'],
    [{ Destination: { Arn: `${ARN}:event-bus/default` } }, 'Cross event bus replay is not permitted.'],
  ])('StartReplay %j', async (change, message) => {
    const from = await archivedBus();
    await expect(replay(from, change)).rejects.toThrow(message);
    const { Replays } = await events.send(new ListReplaysCommand({ EventSourceArn: from.ArchiveArn }));
    expect(Replays).toEqual([]);
  });

  test('rules that are not of the bus, and replays that are not there', async () => {
    const [from, other] = [await archivedBus(), await archivedBus()];
    const Destination = { Arn: `${ARN}:event-bus/${from.bus}`, FilterArns: [other.ruleArn] };
    await expect(replay(from, { Destination })).rejects.toThrow('Destination.FilterArns is not valid.');
    const missing = { ReplayName: 'missing' };
    await expect(events.send(new DescribeReplayCommand(missing))).rejects.toThrow(
      'Replay missing does not exist.',
    );
    await expect(events.send(new CancelReplayCommand(missing))).rejects.toThrow(
      'Replay missing does not exist.',
    );
  });
});

test('lists of replays come page by page, and by what was asked for', async () => {
  const [archive, other] = [unique('archive'), unique('archive')];
  const bus = `${ARN}:event-bus/default`;
  for (const ArchiveName of [archive, other])
    await events.send(new CreateArchiveCommand({ ArchiveName, EventSourceArn: bus, KmsKeyIdentifier: '' }));
  const EventSourceArn = `${ARN}:archive/${archive}`;
  const NamePrefix = unique('replay');
  const times = { EventStartTime: START, EventEndTime: END };
  const wanted = { EventSourceArn, ...times, Destination: { Arn: bus } };
  for (const end of ['a', 'b'])
    await events.send(new StartReplayCommand({ ReplayName: `${NamePrefix}-${end}`, ...wanted }));
  const list = async (more: object) => (await events.send(new ListReplaysCommand(more))).Replays ?? [];
  expect(await list({ NamePrefix })).toHaveLength(2);
  expect(await list({ EventSourceArn })).toHaveLength(2);
  expect(await list({ EventSourceArn: `${ARN}:archive/${other}` })).toEqual([]);
  expect(await list({ State: 'FAILED' })).toEqual([]);
  const first = await events.send(new ListReplaysCommand({ EventSourceArn, Limit: 1 }));
  expect(first.Replays).toHaveLength(1);
  const { NextToken } = first;
  expect(await list({ EventSourceArn, Limit: 1, NextToken })).toMatchObject([
    { ReplayName: `${NamePrefix}-b` },
  ]);
  await events.send(
    new UpdateArchiveCommand({ ArchiveName: archive, Description: 'new', KmsKeyIdentifier: '' }),
  );
  expect(await events.send(new DescribeArchiveCommand({ ArchiveName: archive }))).toMatchObject({
    Description: 'new',
  });
  const key = { ArchiveName: archive, KmsKeyIdentifier: 'alias/mine' };
  await expect(events.send(new UpdateArchiveCommand(key))).rejects.toThrow('KmsKeyIdentifier');
});
