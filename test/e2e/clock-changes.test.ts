import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../support/async-events.ts';
import { momentsShown, wallClock } from '../support/calendar.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { makeQueue, queueClientFor, queueForRules, type TestQueue } from '../support/sns.ts';

const DAY_MS = 86_400_000;
const ZONES = ['Europe/Berlin', 'America/New_York'] as const;

let server: TestServer;
let sqs: SQSClient;
let events: EventBridgeClient;
let scheduler: SchedulerClient;
let made = 0;
const unique = (name: string): string => `${name}-${(made += 1)}`;

beforeAll(async () => {
  server = await startServer();
  sqs = queueClientFor(server);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  [events, scheduler] = [new EventBridgeClient(settings), new SchedulerClient(settings)];
});
afterAll(async () => {
  for (const client of [sqs, events, scheduler]) client.destroy();
  expect(await server.stop()).toBe(0);
});

async function now(): Promise<number> {
  const answer = await fetch(`${server.endpoint}/_lambent/clock`);
  return ((await answer.json()) as { nowMs: number }).nowMs;
}

/** The next moment at which clocks of the zone are set, to the hour. */
function nextChange(timeZone: string, afterMs: number): number {
  const offset = (atMs: number): number => Date.parse(`${wallClock(atMs, timeZone)}Z`) - atMs;
  let atMs = Math.floor(afterMs / 3_600_000) * 3_600_000;
  while (offset(atMs + 3_600_000) === offset(atMs)) atMs += 3_600_000;
  return atMs + 3_600_000;
}

test('schedules keep to the clocks of their zones when those are set, and rules to UTC', {
  timeout: 120_000,
}, async () => {
  const nowMs = await now();
  // In the order in which they are set.
  const zones = ZONES.toSorted((a, b) => nextChange(a, nowMs) - nextChange(b, nowMs));
  for (const zone of zones) await schedulesAround(zone);
});

/** From two days before clocks of the zone are set to two days after it. */
async function schedulesAround(zone: (typeof ZONES)[number]): Promise<void> {
  const changeMs = nextChange(zone, (await now()) + 3 * DAY_MS);
  await withFrozenClock(server, async () => {
    await advanceClock(server, changeMs - 2 * DAY_MS - (await now()));
    const fromMs = await now();
    const [local, rule, rate] = [
      await makeQueue(sqs, unique('local'), false),
      await queueForRules(sqs, unique('queue')),
      await queueForRules(sqs, unique('queue')),
    ];
    await scheduler.send(
      new CreateScheduleCommand({
        Name: unique('breakfast'),
        ScheduleExpression: 'cron(30 7 * * ? *)',
        ScheduleExpressionTimezone: zone,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: local.arn, RoleArn: 'arn:aws:iam::000000000000:role/scheduler' },
      }),
    );
    for (const [ScheduleExpression, queue] of [
      ['cron(30 7 * * ? *)', rule],
      ['rate(7 hours)', rate],
    ] as const) {
      const Rule = unique('rule');
      await events.send(new PutRuleCommand({ Name: Rule, ScheduleExpression }));
      await events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 'q', Arn: queue.arn }] }));
    }
    await advanceClock(server, 4 * DAY_MS);
    const untilMs = await now();
    const isBreakfast = (shown: string): boolean => shown.endsWith('T07:30');
    const expected = momentsShown(isBreakfast, zone, fromMs, untilMs);
    expect(expected).toHaveLength(4);
    // One of those days had 23 hours, or 25.
    expect(new Set(expected.map((atMs) => atMs % DAY_MS)).size).toBe(2);
    expect(await sentTo(local, 4)).toEqual(expected);
    expect(await sentTo(rule, 4)).toEqual(momentsShown(isBreakfast, 'UTC', fromMs, untilMs));
    const everySevenHours = Array.from({ length: 13 }, (_, n) => fromMs + (n + 1) * 7 * 3_600_000);
    expect(await sentTo(rate, 13)).toEqual(everySevenHours);
  });
}

/** When messages were sent to a queue, and that there are no more of them. */
async function sentTo(queue: TestQueue, count: number): Promise<number[]> {
  const messages = [...(await queue.take(count)), ...(await queue.rest())];
  return messages.map(({ system }) => Number(system['SentTimestamp'])).toSorted((a, b) => a - b);
}
