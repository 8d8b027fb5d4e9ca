import { randomUUID } from 'node:crypto';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceClock } from '../support/async-events.ts';
import { eventually } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { kinesisFor, makeStream, type ReadRecord, readFrom, type TestStream } from '../support/streams.ts';

let server: TestServer;
let kinesis: KinesisClient;
let events: EventBridgeClient;
let scheduler: SchedulerClient;
const RoleArn = 'arn:aws:iam::000000000000:role/writer';

beforeAll(async () => {
  server = await startServer();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  kinesis = kinesisFor(server);
  events = new EventBridgeClient(settings);
  scheduler = new SchedulerClient(settings);
});
afterAll(async () => {
  for (const client of [kinesis, events, scheduler]) client.destroy();
  expect(await server.stop()).toBe(0);
});

async function arrivals(stream: TestStream, count: number): Promise<ReadRecord[]> {
  return await eventually(
    async () => await readFrom(kinesis, stream).catch(() => []),
    (records) => records.length >= count,
    30_000,
  );
}

/** A rule for events of one source, with the stream as its target. */
async function ruleTo(stream: TestStream, target: Partial<Target>): Promise<string> {
  const source = `shop-${randomUUID()}`;
  await events.send(new PutRuleCommand({ Name: source, EventPattern: JSON.stringify({ source: [source] }) }));
  const Targets = [{ Id: 't', Arn: stream.arn, RoleArn, ...target }];
  const { FailedEntryCount } = await events.send(new PutTargetsCommand({ Rule: source, Targets }));
  expect(FailedEntryCount).toBe(0);
  return source;
}

async function putEvent(Source: string, detail: object): Promise<string | undefined> {
  const entry = { Source, DetailType: 'order', Detail: JSON.stringify(detail) };
  const { Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  return Entries?.[0]?.EventId;
}

test("a rule puts events on a stream, under the key its path leads to or the event's id", async () => {
  const keyed = await makeStream(kinesis);
  const plain = await makeStream(kinesis);
  const source = await ruleTo(keyed, { KinesisParameters: { PartitionKeyPath: '$.detail.customer' } });
  const other = await ruleTo(plain, { InputPath: '$.detail' });
  await putEvent(source, { customer: 'c-7', total: 3 });
  const id = await putEvent(other, { customer: 'c-8' });
  const [record] = await arrivals(keyed, 1);
  expect(record?.key).toBe('c-7');
  expect(JSON.parse(record?.text ?? '')).toMatchObject({ source, detail: { customer: 'c-7', total: 3 } });
  expect(await arrivals(plain, 1)).toMatchObject([{ key: id, text: '{"customer":"c-8"}' }]);
});

test('a schedule puts its input on a stream, under its partition key', async () => {
  const stream = await makeStream(kinesis);
  const schedule = {
    Name: `stream-${randomUUID()}`,
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' as const },
  };
  const Target = { Arn: stream.arn, RoleArn, Input: '{"tick":1}' };
  await expect(scheduler.send(new CreateScheduleCommand({ ...schedule, Target }))).rejects.toThrow(
    'KinesisParameters are required for streams',
  );
  const KinesisParameters = { PartitionKey: 'ticks' };
  await scheduler.send(new CreateScheduleCommand({ ...schedule, Target: { ...Target, KinesisParameters } }));
  await advanceClock(server, 3_600_000);
  expect(await arrivals(stream, 1)).toMatchObject([{ key: 'ticks', text: '{"tick":1}' }]);
});
