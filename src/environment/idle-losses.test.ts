import { expect, test } from 'vitest';
import { MovableClock } from '../model/clock.ts';
import { IdleLosses } from './idle-losses.ts';

function fixture() {
  const clock = new MovableClock();
  clock.freeze();
  const losses = new IdleLosses();
  let over = 0;
  /** One is lost. @returns how long the pause is */
  const lose = (): number => {
    const before = over;
    const fromMs = clock.now();
    losses.add(clock, () => (over += 1));
    while (losses.isPaused) clock.advance(500);
    const pauseMs = clock.now() - fromMs;
    expect(over - before).toBe(pauseMs === 0 ? 0 : 1);
    return pauseMs;
  };
  return { clock, losses, lose };
}

test('the first is replaced at once, those behind it after twice as long each, five minutes at most', () => {
  const { lose } = fixture();
  const pauses = Array.from({ length: 12 }, lose);
  expect(pauses.map((ms) => ms / 1000)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

test('one that has served somebody, or ten minutes without a loss, begin a new row', () => {
  const { clock, losses, lose } = fixture();
  expect([lose(), lose()]).toEqual([0, 1000]);
  losses.forget();
  expect(lose()).toBe(0);
  clock.advance(600_000);
  expect(lose()).toBe(1000);
  clock.advance(600_001 - 1000);
  expect(lose()).toBe(0);
});

test('those that are lost during a pause neither lengthen it nor count', () => {
  const { clock, losses, lose } = fixture();
  lose();
  let over = 0;
  losses.add(clock, () => (over += 1));
  clock.advance(999);
  losses.add(clock, () => expect.unreachable('there is a pause already'));
  expect(over).toBe(0);
  clock.advance(1);
  expect(over).toBe(1);
  expect(lose()).toBe(2000);
});

test('who asks anew ends the pause, and nothing comes of it later', () => {
  const { clock, losses, lose } = fixture();
  lose();
  losses.add(clock, () => expect.unreachable('it was ended'));
  expect(losses.isPaused).toBe(true);
  losses.clear();
  expect(losses.isPaused).toBe(false);
  clock.advance(1000);
  expect(lose()).toBe(0);
});
