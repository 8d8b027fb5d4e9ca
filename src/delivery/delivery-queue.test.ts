import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../test/support/engines.ts';
import { eventually } from '../../test/support/functions.ts';
import { MovableClock } from '../model/clock.ts';
import type { Store } from '../store/store.ts';
import type { Delivery, DeliveryStep } from './delivery.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { countDeliveries } from './delivery-rows.ts';

const MINUTE_MS = 60_000;

describe.each(engines)('deliveries on $name', (engine) => {
  let database: TestDatabase;
  let store: Store;
  let clock: MovableClock;
  let tried: [string, number][];
  let notices: string[];
  const queues: DeliveryQueue[] = [];
  /** What becomes of each try. */
  let outcome: (content: string, attempts: number) => DeliveryStep | Promise<DeliveryStep>;

  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
    clock = new MovableClock();
    clock.freeze();
    tried = [];
    notices = [];
    outcome = () => ({ kind: 'done' });
  });

  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue.stop();
    await store.close();
    await database.remove();
  });

  async function started(change: { owner?: string; mostInHand?: number; store?: Store } = {}) {
    const queue = new DeliveryQueue({
      store,
      clock,
      owner: 'one',
      mostInHand: 10,
      onNotice: (message) => notices.push(message),
      ...change,
    });
    queue.register('test', {
      attempt: async ({ content, attempts }) => {
        tried.push([content, clock.now()]);
        return await outcome(content, attempts);
      },
    });
    queues.push(queue);
    await queue.start();
    return queue;
  }

  function delivery(content: string, change: Partial<Delivery> = {}): Delivery {
    const nowMs = clock.now();
    return {
      id: randomUUID(),
      sender: 'test',
      lane: 'lane',
      isOrdered: false,
      content,
      acceptedAtMs: nowMs,
      dueAtMs: nowMs,
      attempts: 0,
      ...change,
    };
  }

  async function accept(queue: DeliveryQueue, ...deliveries: Delivery[]): Promise<void> {
    queue.begin(await store.write(async (tx) => await queue.insert(tx, deliveries)));
  }

  const contents = (): string[] => tried.map(([content]) => content);
  const left = async (): Promise<number> => (await countDeliveries(store.db))['test'] ?? 0;

  test('each is tried once and forgotten, however many are accepted at once', async () => {
    const queue = await started();
    const names = Array.from({ length: 100 }, (_, index) => `d${index}`);
    await accept(queue, ...names.slice(0, 60).map((name) => delivery(name)));
    await Promise.all(names.slice(60).map(async (name) => await accept(queue, delivery(name))));
    await clock.pass(0);
    expect(contents().toSorted()).toEqual(names.toSorted());
    expect([await left(), queue.inHand, notices]).toEqual([0, 0, []]);
  });

  test('what could not be delivered is tried again when its time has come', async () => {
    const queue = await started();
    outcome = (_, attempts) => (attempts === 2 ? { kind: 'done' } : { kind: 'retry', afterMs: MINUTE_MS });
    const startMs = clock.now();
    await accept(queue, delivery('stubborn'));
    await clock.pass(10 * MINUTE_MS);
    expect(tried.map(([, atMs]) => atMs - startMs)).toEqual([0, MINUTE_MS, 2 * MINUTE_MS]);
    expect(await left()).toBe(0);
  });

  test('one that is not due yet waits', async () => {
    const queue = await started();
    await accept(queue, delivery('later', { dueAtMs: clock.now() + 5 * MINUTE_MS }), delivery('now'));
    await clock.pass(5 * MINUTE_MS - 1);
    expect(contents()).toEqual(['now']);
    await clock.pass(1);
    expect(contents()).toEqual(['now', 'later']);
  });

  test('ordered ones wait for those ahead of them, and for no other lane', async () => {
    const queue = await started();
    outcome = (content, attempts) =>
      content === 'a1' && attempts < 2 ? { kind: 'retry', afterMs: MINUTE_MS } : { kind: 'done' };
    for (const content of ['a1', 'a2', 'b1', 'a3', 'b2'])
      await accept(queue, delivery(content, { isOrdered: true, lane: content.charAt(0) }));
    await clock.pass(0);
    expect(contents()).toEqual(['a1', 'b1', 'b2']);
    await clock.pass(10 * MINUTE_MS);
    expect(contents()).toEqual(['a1', 'b1', 'b2', 'a1', 'a1', 'a2', 'a3']);
    await accept(queue, delivery('a4', { isOrdered: true, lane: 'a' }));
    await clock.pass(0);
    expect(contents().at(-1)).toBe('a4');
    expect(await left()).toBe(0);
  });

  test('a handler that throws is tried again, and told of', async () => {
    const queue = await started();
    let failures = 2;
    outcome = () => {
      failures -= 1;
      if (failures >= 0) throw new Error('on purpose');
      return { kind: 'done' };
    };
    await accept(queue, delivery('fragile'));
    await clock.pass(MINUTE_MS);
    expect(tried).toHaveLength(3);
    expect(notices).toHaveLength(2);
    expect(notices[0]).toContain('on purpose');
  });

  test('what was accepted but not begun, and what was in hand, come with the next start', async () => {
    const held = Promise.withResolvers<DeliveryStep>();
    outcome = async () => await held.promise;
    const first = await started();
    await accept(first, delivery('in hand'));
    await store.write(async (tx) => await first.insert(tx, [delivery('not begun')]));
    await eventually(
      async () => await Promise.resolve(tried.length),
      (count) => count === 1,
    );
    first.reset();
    outcome = () => ({ kind: 'done' });
    await started();
    await eventually(left, (count) => count === 0);
    expect(contents().toSorted()).toEqual(['in hand', 'in hand', 'not begun']);
    held.resolve({ kind: 'done' });
  });

  test('a write that fails takes its deliveries along', async () => {
    const queue = await started();
    const writing = store.write(async (tx) => {
      await queue.insert(tx, [delivery('never')]);
      throw new Error('rolled back');
    });
    await expect(writing).rejects.toThrow('rolled back');
    await clock.pass(MINUTE_MS);
    expect([contents(), await left()]).toEqual([[], 0]);
  });

  test.skipIf(engine.name === 'sqlite')(
    'platforms that share a database deliver each once, in order',
    async () => {
      const otherStore = await database.open();
      const queue = await started();
      const other = await started({ owner: 'two', store: otherStore });
      for (let index = 0; index < 40; index += 1) {
        const content = `${index}`.padStart(2, '0');
        await accept(index % 2 === 0 ? queue : other, delivery(content, { isOrdered: true, lane: 'shared' }));
      }
      await clock.pass(10 * MINUTE_MS);
      expect(contents()).toEqual(contents().toSorted());
      expect(new Set(contents()).size).toBe(40);
      expect(contents()).toHaveLength(40);
      for (const one of queues.splice(0)) await one.stop();
      await otherStore.close();
    },
  );
});
