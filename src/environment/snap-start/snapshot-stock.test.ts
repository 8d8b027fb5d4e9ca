import { expect, test } from 'vitest';
import type { ExecutionEnvironment } from '../execution-environment.ts';
import { SnapshotStock } from './snapshot-stock.ts';

/** The stock only tells them apart. */
function environment(): ExecutionEnvironment {
  return {} as ExecutionEnvironment;
}

/** Of a version that has been published. */
function kept(most: number): SnapshotStock {
  const stock = new SnapshotStock(most);
  stock.keepOne();
  return stock;
}

/** As the queue of starts does. */
function startAll(stock: SnapshotStock): number {
  let started = 0;
  for (; stock.needsStart(); started += 1) expect(stock.add(environment())).toBe(true);
  return started;
}

test('one waits, and another after it was taken', () => {
  const stock = kept(4);
  expect(startAll(stock)).toBe(1);
  expect(stock.take()).toBeDefined();
  expect(startAll(stock)).toBe(1);
  expect(stock.count).toBe(1);
});

test('more wait where one was not enough, up to a limit', () => {
  const stock = kept(3);
  startAll(stock);
  expect(stock.take()).toBeDefined();
  for (let missing = 0; missing < 5; missing += 1) expect(stock.take()).toBeUndefined();
  expect(startAll(stock)).toBe(3);
});

test('what is on its way counts', () => {
  const stock = kept(4);
  stock.queued = 1;
  expect(stock.needsStart()).toBe(false);
  expect(stock.mayStart()).toBe(true);
  stock.queued = 0;
  stock.starting = 1;
  expect(stock.mayStart()).toBe(false);
  expect(stock.isAtRest).toBe(false);
});

test('one that nobody took for as long as environments live is not replaced, until somebody asks', () => {
  const stock = kept(4);
  const waiting = environment();
  stock.add(waiting);
  expect(stock.lapse(waiting)).toBe(true);
  expect(stock.lapse(waiting)).toBe(false);
  expect(stock.needsStart()).toBe(false);
  expect(stock.take()).toBeUndefined();
  expect(startAll(stock)).toBe(1);
});

test('no more are tried after six failures, until a restore has worked', () => {
  const stock = kept(4);
  for (let failure = 0; failure < 6; failure += 1) {
    expect(stock.needsStart()).toBe(true);
    stock.fail();
  }
  expect(stock.needsStart()).toBe(false);
  stock.restored();
  expect(stock.needsStart()).toBe(true);
});

test('those that are lost while they wait are failures too, as often as they initialise', () => {
  const stock = kept(4);
  let started = 0;
  for (; stock.needsStart() && started < 20; started += 1) {
    const waiting = environment();
    stock.add(waiting);
    stock.delete(waiting);
    stock.fail();
  }
  expect(started).toBe(6);
});

test('after its end none waits for who still comes', () => {
  const stock = kept(4);
  stock.end();
  expect(stock.take()).toBeUndefined();
  expect(stock.needsStart()).toBe(false);
  expect(stock.isAtRest).toBe(true);
});

test('at its end none is wanted, and those that waited are handed out', () => {
  const stock = kept(4);
  const waiting = environment();
  stock.add(waiting);
  expect(stock.end()).toEqual([waiting]);
  expect(stock.needsStart()).toBe(false);
  expect(stock.add(environment())).toBe(false);
  expect(stock.isAtRest).toBe(true);
});

test('where nobody has asked for one, the first who finds none makes one wait, and no more', () => {
  const stock = new SnapshotStock(4);
  expect(startAll(stock)).toBe(0);
  expect(stock.take()).toBeUndefined();
  expect(startAll(stock)).toBe(1);
});
