import { expect, test } from 'vitest';
import { MovableClock } from '../../model/clock.ts';
import { LaneWindow } from './lane-window.ts';

const LENGTH_MS = 10_000;

test('what comes late to a window that was closed counts for the next one, after a restart too', async () => {
  const clock = new MovableClock();
  clock.freeze();
  await clock.pass(LENGTH_MS - (clock.now() % LENGTH_MS));
  const startMs = clock.now();
  const options = {
    clock,
    lengthMs: LENGTH_MS,
    shardId: 'shardId-000000000000',
    eventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
    isCaughtUp: () => true,
    hasEnded: () => false,
  };
  const before = new LaneWindow(options, undefined);
  before.open([{ arrivedAtMs: startMs }]);
  expect(before.stored).toMatchObject({ startMs, endMs: startMs + LENGTH_MS });
  await clock.pass(LENGTH_MS + 2_000);
  expect(before.isDue()).toBe(true);
  before.close();
  const after = new LaneWindow(options, before.stored ?? undefined, before.closedUntilMs);
  after.open([{ arrivedAtMs: startMs + 9_000 }]);
  expect(after.stored).toMatchObject({ startMs: startMs + LENGTH_MS });
});
