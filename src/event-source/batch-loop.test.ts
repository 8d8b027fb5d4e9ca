import { expect, test } from 'vitest';
import type { FunctionInvoker } from '../invoke/function-invoker.ts';
import { MovableClock } from '../model/clock.ts';
import { BatchLoop } from './batch-loop.ts';
import { FunctionDoor } from './function-door.ts';
import { MappingMeter } from './mapping-meter.ts';
import type { PolledRecord, SourceDriver } from './source-driver.ts';

const RECORD: PolledRecord = { id: 'one', text: '{}', view: () => ({}) };

/** Has one record to give, once. */
function sourceOfOne(): SourceDriver<PolledRecord> {
  let left = [RECORD];
  return {
    isOrdered: true,
    room: (running) => 1 - running,
    receive: async () => left.splice(0),
    skip: async () => undefined,
    due: () => undefined,
    before: async () => undefined,
    event: () => '{}',
    traceId: () => undefined,
    settle: async () => ({ kind: 'done' }),
    giveBack: async (records) => void (left = [...records]),
  };
}

test('everybody who stops a loop hears of its end, however many they are', async () => {
  const began = Promise.withResolvers<void>();
  const ends = Promise.withResolvers<void>();
  const invoker: FunctionInvoker = {
    check: () => undefined,
    invoke: async () => {
      began.resolve();
      await ends.promise;
      return { payload: Buffer.from('null'), executedVersion: '$LATEST', traceId: 'Root=1-2-3' };
    },
  };
  const door = new FunctionDoor(invoker, 'arn:aws:lambda:us-east-1:000000000000:function:f');
  const options = { batchSize: 1, windowMs: 0, filter: undefined, reportsFailures: false };
  const loop = new BatchLoop(
    { ...options, clock: new MovableClock(), meter: new MappingMeter(), door, onProblem: () => undefined },
    sourceOfOne(),
  );
  loop.start();
  await began.promise;
  let stopped = 0;
  const stops = [1, 2, 3].map(async () => {
    await loop.stop();
    stopped += 1;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(0);
  ends.resolve();
  await Promise.all(stops);
  expect(stopped).toBe(3);
});
