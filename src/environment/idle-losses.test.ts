import { expect, test } from 'vitest';
import { IdleLosses } from './idle-losses.ts';

test('the first is replaced at once, those behind it after twice as long each, five minutes at most', () => {
  const losses = new IdleLosses();
  const pauses: number[] = [];
  for (let nowMs = 0; pauses.length < 12; nowMs += pauses.at(-1) ?? 0) pauses.push(losses.add(nowMs));
  expect(pauses.map((ms) => ms / 1000)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

test('one that has served somebody, or ten minutes without a loss, begin a new row', () => {
  const losses = new IdleLosses();
  expect([losses.add(0), losses.add(0)]).toEqual([0, 1000]);
  losses.forget();
  expect([losses.add(0), losses.add(600_000), losses.add(1_200_001)]).toEqual([0, 1000, 0]);
});
