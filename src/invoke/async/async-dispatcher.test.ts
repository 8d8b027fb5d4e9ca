import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../test/support/engines.ts';
import { eventually } from '../../../test/support/functions.ts';
import { MovableClock } from '../../model/clock.ts';
import { tooManyRequests } from '../../model/lambda-errors.ts';
import type { Store } from '../../store/store.ts';
import { AsyncDispatcher, type AsyncDispatcherOptions } from './async-dispatcher.ts';
import { EventInvokeConfigs } from './event-invoke-configs.ts';
import type { FunctionInvoker, InvokeAnswer, InvokeRequest } from '../function-invoker.ts';

const ACCOUNT = { accountId: '000000000000', region: 'us-east-1' };

/** A door behind which functions take a moment, or until they are let go, and of which only so many run at once. */
class Door implements FunctionInvoker {
  readonly payloads: string[] = [];
  running = 0;
  mostRunning = 0;
  throttles = 0;
  capacity = Infinity;
  /** Set: runs end when it does. */
  hold: Promise<void> | undefined;

  async invoke({ payload, isAsynchronous }: InvokeRequest): Promise<InvokeAnswer> {
    expect(isAsynchronous).toBe(true);
    if (this.running >= this.capacity) {
      this.throttles += 1;
      throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await (this.hold ?? new Promise((resolve) => setTimeout(resolve, 2)));
    this.running -= 1;
    this.payloads.push(Buffer.from(payload).toString());
    return { payload: Buffer.from('1'), executedVersion: '$LATEST', traceId: 'Root=1-2-3' };
  }

  check(): void {
    // Every function is there.
  }
}

describe.each(engines)('the dispatcher on $name', (engine) => {
  let database: TestDatabase;
  let store: Store;
  let others: Store[];
  const notices: string[] = [];

  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
    others = [];
    notices.length = 0;
  });

  afterEach(async () => {
    expect(notices).toEqual([]);
    for (const opened of [store, ...others]) await opened.close();
    await database.remove();
  });

  function dispatcher(invoker: Door, change: Partial<AsyncDispatcherOptions> = {}): AsyncDispatcher {
    return new AsyncDispatcher({
      store,
      clock: new MovableClock(),
      invoker,
      configs: new EventInvokeConfigs(),
      reservedConcurrency: () => undefined,
      target: () => undefined,
      roles: { check: () => undefined },
      targets: {},
      owner: 'one',
      mostInHand: 10,
      onNotice: (message) => notices.push(message),
      ...change,
    });
  }

  async function send(to: AsyncDispatcher, count: number, name = 'f'): Promise<string[]> {
    const payloads = Array.from({ length: count }, (_, index) => String(index));
    await Promise.all(
      payloads.map(
        async (payload) =>
          await to.accept({
            ...ACCOUNT,
            name,
            qualifier: undefined,
            payload: Buffer.from(payload),
            requestId: payload,
            traceId: undefined,
          }),
      ),
    );
    return payloads;
  }

  const rows = async () => await store.db.selectFrom('lambda_async_events').selectAll().execute();
  const settled = async (): Promise<void> =>
    void (await eventually(rows, (left) => left.length === 0, 20_000));

  test('runs everything once, no more at a time than it may have in hand', async () => {
    const door = new Door();
    const events = dispatcher(door);
    await events.start();
    const sent = await send(events, 300);
    await settled();
    expect(door.payloads.toSorted()).toEqual(sent.toSorted());
    expect(door.mostRunning).toBeLessThanOrEqual(10);
    await events.stop();
  });

  test('takes what waits in the order in which it is due', async () => {
    const early = dispatcher(new Door());
    for (let number = 0; number < 20; number += 1) {
      await early.accept({
        ...ACCOUNT,
        name: 'f',
        qualifier: undefined,
        payload: Buffer.from(String(number)),
        requestId: '',
        traceId: undefined,
      });
      // Due times are whole milliseconds.
      const before = Date.now();
      await eventually(
        async () => await Promise.resolve(Date.now()),
        (now) => now > before,
      );
    }
    const door = new Door();
    const events = dispatcher(door, { mostInHand: 1 });
    await events.start();
    await settled();
    expect(door.payloads).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    await events.stop();
  });

  test('sends a throttled function no more than it takes, and others everything', async () => {
    const clock = new MovableClock();
    const narrow = new Door();
    narrow.capacity = 3;
    const wide = new Door();
    const events = dispatcher(narrow, {
      clock,
      mostInHand: 50,
      invoker: {
        invoke: async (request) => await (request.name === 'narrow' ? narrow : wide).invoke(request),
        check: () => undefined,
      },
    });
    await events.start();
    const [few] = await Promise.all([send(events, 200, 'narrow'), send(events, 200, 'wide')]);
    await eventually(
      async () => {
        // The throttled ones wait for their backoff.
        clock.advance(1_000);
        return await rows();
      },
      (left) => left.length === 0,
      20_000,
    );
    expect(narrow.payloads.toSorted()).toEqual(few.toSorted());
    expect(wide.payloads).toHaveLength(200);
    expect(narrow.mostRunning).toBe(3);
    // Fifty may be in hand when the first refusal comes; without restraint it would go on for every event.
    expect(narrow.throttles).toBeLessThan(150);
    await events.stop();
  });

  test('comes back to a function that was throttled again and again', async () => {
    // The time that passes by itself would bring what is due half a second later, too.
    const clock = new MovableClock();
    clock.freeze();
    const door = new Door();
    door.capacity = 0;
    const events = dispatcher(door, { clock });
    await events.start();
    const throttled = async (times: number): Promise<void> =>
      void (await eventually(
        async () => await Promise.resolve(door.throttles === times && events.counts()['inHand'] === 0),
        (isSo) => isSo,
      ));
    await send(events, 1);
    await throttled(1);
    clock.advance(1_000);
    await throttled(2);
    // Refused half a second before the first one is due again: the pause lasts beyond that.
    clock.advance(1_500);
    await send(events, 1);
    await throttled(3);
    clock.advance(500);
    door.capacity = Infinity;
    clock.advance(10_000);
    await settled();
    expect(door.payloads).toHaveLength(2);
    await events.stop();
  });

  test('rests while it has as much in hand as it may', async () => {
    const clock = new MovableClock();
    let appointments = 0;
    const counting = {
      now: () => clock.now(),
      schedule: (delayMs: number, task: () => void) => {
        appointments += 1;
        return clock.schedule(delayMs, task);
      },
      during: (work: Promise<unknown>) => clock.during(work),
    };
    const gate = Promise.withResolvers<void>();
    const door = new Door();
    door.hold = gate.promise;
    const events = dispatcher(door, { clock: counting, mostInHand: 2 });
    await events.start();
    await send(events, 20);
    const before = appointments;
    for (let step = 0; step < 5; step += 1) clock.advance(1);
    expect(appointments).toBe(before);
    gate.resolve();
    await settled();
    await events.stop();
  });

  test('leaves what it has not begun to the next start', async () => {
    const gate = Promise.withResolvers<void>();
    const held = new Door();
    held.hold = gate.promise;
    const first = dispatcher(held, { mostInHand: 4 });
    await first.start();
    await send(first, 12);
    await eventually(
      async () => await Promise.resolve(held.running),
      (running) => running === 4,
    );
    const stopped = first.stop();
    gate.resolve();
    await stopped;
    expect(held.payloads).toHaveLength(4);
    expect((await rows()).map((row) => row.claimed_by)).toEqual(Array.from({ length: 8 }, () => null));
    const door = new Door();
    const second = dispatcher(door);
    await second.start();
    await settled();
    expect([...held.payloads, ...door.payloads].toSorted()).toHaveLength(12);
    await second.stop();
  });

  test('takes back at its start what it had in hand when it ended', async () => {
    const lost = new Door();
    lost.hold = new Promise(() => undefined);
    const crashed = dispatcher(lost);
    await crashed.start();
    await send(crashed, 5);
    const door = new Door();
    const events = dispatcher(door);
    await events.start();
    await eventually(
      async () => await Promise.resolve(door.payloads.length),
      (count) => count === 5,
    );
    await settled();
    await events.stop();
    crashed.reset();
  });

  test('settles what has run once the store writes again, and refuses events until then', async () => {
    const clock = new MovableClock();
    const disk = { isFull: false };
    const failing: Store = {
      engine: store.engine,
      backups: store.backups,
      db: store.db,
      blobs: store.blobs,
      changes: store.changes,
      write: async (work) => {
        if (disk.isFull) throw new Error('disk full');
        return await store.write(work);
      },
      writeApart: async (work) => await store.writeApart(work),
      reset: async () => await store.reset(),
      close: async () => await store.close(),
    };
    const gate = Promise.withResolvers<void>();
    const door = new Door();
    door.hold = gate.promise;
    const events = dispatcher(door, { clock, store: failing });
    await events.start();
    await send(events, 1);
    disk.isFull = true;
    await expect(send(events, 1)).rejects.toThrow('disk full');
    gate.resolve();
    await eventually(
      async () => await Promise.resolve(notices.splice(0)),
      (said) => said.includes('An event could not be written: Error: disk full'),
    );
    disk.isFull = false;
    clock.advance(1_000);
    await settled();
    expect(door.payloads).toEqual(['0']);
    expect(events.counts()).toMatchObject({ inHand: 0, succeeded: 1 });
    await events.stop();
  });

  test('does not begin again what runs when the clock leaps', async () => {
    const clock = new MovableClock();
    const gate = Promise.withResolvers<void>();
    const door = new Door();
    door.hold = gate.promise;
    const events = dispatcher(door, { clock, mostInHand: 4 });
    await events.start();
    const held = await send(events, 3);
    door.hold = undefined;
    for (let hour = 0; hour < 3; hour += 1) {
      clock.advance(3_600_000);
      // One place is free: most of these wait on disk and are claimed beside the ones that run.
      await send(events, 5);
      await eventually(rows, (left) => left.length === 3);
    }
    gate.resolve();
    await settled();
    expect(door.payloads).toHaveLength(3 * 5 + held.length);
    await events.stop();
  });

  test.runIf(engine.name === 'postgres')('two that share a database run every event once', async () => {
    const doors = [new Door(), new Door()];
    others.push(await database.open());
    const [one, two] = doors.map((door, index) =>
      dispatcher(door, { store: others[index - 1] ?? store, owner: `platform ${index}`, mostInHand: 20 }),
    );
    // Accepted before either is started: both go for the same rows. Neither can be through before the other has begun.
    const sent = await send(one as AsyncDispatcher, 400);
    const gate = Promise.withResolvers<void>();
    for (const door of doors) door.hold = gate.promise;
    await Promise.all([one?.start(), two?.start()]);
    await eventually(
      async () => await Promise.resolve(doors.map(({ running }) => running)),
      (running) => running.every((count) => count > 0),
    );
    for (const door of doors) door.hold = undefined;
    gate.resolve();
    await settled();
    expect(doors.flatMap((door) => door.payloads).toSorted()).toEqual(sent.toSorted());
    expect(doors.map((door) => door.payloads.length > 0)).toEqual([true, true]);
    await Promise.all([one?.stop(), two?.stop()]);
  });

  test('another platform takes over once a claim has lapsed, not before', async () => {
    const gone = new Door();
    gone.hold = new Promise(() => undefined);
    const lost = dispatcher(gone, { owner: 'gone' });
    await lost.start();
    await send(lost, 3);
    lost.reset();
    const clock = new MovableClock();
    const door = new Door();
    const events = dispatcher(door, { clock, owner: 'here' });
    await events.start();
    clock.advance(50_000);
    expect(await rows()).toHaveLength(3);
    expect(door.payloads).toEqual([]);
    clock.advance(11_000);
    await settled();
    expect(door.payloads.toSorted()).toEqual(['0', '1', '2']);
    await events.stop();
  });
});
