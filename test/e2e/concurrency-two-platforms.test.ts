import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../support/async-events.ts';
import { beside } from '../support/beside.ts';
import { Crowd } from '../support/crowd.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { measure, MEASURED, mostAtOnce } from '../support/measured-concurrency.ts';
import { PATIENT, type Platforms, sharedPostgres, startPlatforms } from '../support/platforms.ts';
import type { TestServer } from '../support/server.ts';
import { onServer } from '../support/shared-database.ts';

const shared = sharedPostgres();
const RESERVED = 'ReservedFunctionConcurrentInvocationLimitExceeded';
const RESERVED_RATE = 'ReservedFunctionInvocationRateLimitExceeded';
const ACCOUNT = 'ConcurrentInvocationLimitExceeded';

describe.skipIf(shared === undefined).each([
  { name: 'two platforms', flagsOfTwo: [] },
  { name: 'two platforms, one with workers', flagsOfTwo: ['--workers', '2'] },
])('$name on one PostgreSQL', PATIENT, ({ flagsOfTwo }) => {
  let platforms: Platforms;

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '', { flagsOfTwo });
  });

  afterAll(async () => await platforms.remove());

  const reserve = async (FunctionName: string, units: number): Promise<void> => {
    const ReservedConcurrentExecutions = units;
    await platforms.one.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }),
    );
    // What the other one shows it goes by.
    await platforms.two.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
  };

  const deployed = async (name: string, units: number): Promise<void> => {
    await deploy(platforms.one.lambda, name, MEASURED);
    await reserve(name, units);
    await invoke(platforms.two.lambda, name, { forMs: 0 });
  };

  test('run no more of a function at once than it has reserved, and refuse the rest with its reason', async () => {
    const { one, two } = platforms;
    await deployed('crowded', 10);
    for (let round = 0; round < 3; round += 1) {
      const measured = await measure([one.lambda, two.lambda], 'crowded', 100, 300);
      expect(mostAtOnce(measured)).toBeLessThanOrEqual(10);
      expect(measured.ran.length).toBeGreaterThanOrEqual(10);
      expect(new Set(measured.refusals)).toEqual(new Set([RESERVED]));
    }
  });

  test('refuse nothing while a unit lies idle on the other', async () => {
    const { one, two } = platforms;
    await deployed('alternating', 10);
    for (const { lambda } of [one, two, one, two, two, one]) {
      const { ran, refusals } = await measure([lambda], 'alternating', 10, 100);
      expect(refusals).toEqual([]);
      expect(ran).toHaveLength(10);
    }
  });

  test('let no one of them have everything for ever', async () => {
    const { one, two } = platforms;
    await deployed('contended', 4);
    const over = new AbortController();
    const greedy = Array.from({ length: 8 }, async () => {
      while (!over.signal.aborted) await measure([one.lambda], 'contended', 1, 50);
    });
    const { ran } = await eventually(
      async () => await measure([two.lambda], 'contended', 2, 50),
      (measured) => measured.ran.length > 0,
    );
    over.abort();
    await Promise.all(greedy);
    expect(ran.length).toBeGreaterThan(0);
  });

  test('hold to a limit that is changed on one of them', async () => {
    const { one, two } = platforms;
    await deployed('changing', 8);
    await measure([one.lambda, two.lambda], 'changing', 8, 100);
    await reserve('changing', 3);
    await eventually(
      async () => await measure([one.lambda, two.lambda], 'changing', 8, 300),
      (measured) => mostAtOnce(measured) === 3,
    );
    await reserve('changing', 6);
    await eventually(
      async () => await measure([two.lambda], 'changing', 6, 100),
      ({ refusals }) => refusals.length === 0,
    );
    const FunctionName = 'changing';
    await two.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    await eventually(
      async () => await measure([one.lambda, two.lambda], 'changing', 5, 300),
      ({ refusals }) => refusals.length === 0,
    );
  });

  test('take no more requests in a second than a function has reserved', async () => {
    const { one, two } = platforms;
    await deployed('brief', 2);
    let ran = 0;
    const refusals = new Set<string>();
    const fromMs = Date.now();
    for (let round = 0; round < 10; round += 1) {
      const measured = await measure([one.lambda, two.lambda], 'brief', 6, 0);
      ran += measured.ran.length;
      for (const reason of measured.refusals) refusals.add(reason);
    }
    const seconds = (Date.now() - fromMs) / 1000;
    expect(ran).toBeLessThanOrEqual(20 + Math.ceil(20 * seconds));
    expect([RESERVED, RESERVED_RATE]).toEqual(expect.arrayContaining([...refusals]));
  });
});

describe.skipIf(shared === undefined)('platforms with a small account', PATIENT, () => {
  let platforms: Platforms;
  let gate: LoopbackGate;

  beforeAll(async () => {
    const flags = ['--concurrency', '6', '--isolation', 'process'];
    [gate, platforms] = await Promise.all([LoopbackGate.listen(), startPlatforms(shared ?? '', { flags })]);
    const { one, two } = platforms;
    await deploy(one.lambda, 'one', MEASURED);
    await deploy(one.lambda, 'held', { 'index.js': gate.handler("'through'") }, { Timeout: 300 });
    gate.open();
    await invoke(two.lambda, 'one', { forMs: 0 });
    await invoke(two.lambda, 'held');
  });

  afterAll(async () => {
    await gate.close();
    await platforms.remove();
  });

  /** Resolves when each of so many invokes either runs or is refused. */
  const untilKnown = async (count: number, ...crowds: Crowd[]): Promise<void> => {
    const all = Promise.all(crowds.map(async (crowd) => await crowd.all));
    const known = (): number => crowds.reduce((sum, { answers }) => sum + answers.length, gate.inside);
    await beside(
      all,
      async () =>
        await eventually(
          async () => await Promise.resolve(known()),
          (now) => now === count,
          60_000,
        ),
    );
  };

  const letOut = async (...crowds: Crowd[]): Promise<void> => {
    gate.open();
    for (const { all } of crowds) await all;
  };

  /**
   * Has one of them run six at once: all units are its own then. Those who have idle ones are asked for them, but not for
   * long: on a busy machine it takes more than one try.
   */
  const holdAll = async ({ lambda }: TestServer): Promise<Crowd> =>
    await eventually(
      async () => {
        gate.shut();
        const crowd = new Crowd(lambda, 'held', 6);
        await untilKnown(6, crowd);
        if (crowd.answers.length > 0) await letOut(crowd);
        return crowd;
      },
      ({ answers }) => answers.length === 0,
      60_000,
    );

  test("share the account's concurrency", async () => {
    const { one, two } = platforms;
    for (let round = 0; round < 2; round += 1) {
      const measured = await measure([one.lambda, two.lambda], 'one', 10, 400);
      expect(mostAtOnce(measured)).toBeLessThanOrEqual(6);
      expect(new Set(measured.refusals)).toEqual(new Set([ACCOUNT]));
    }
    for (const { lambda } of [one, two])
      expect((await measure([lambda], 'one', 6, 100)).refusals).toEqual([]);
  });

  test('go on with what they have while the database does not answer', async () => {
    const { one, two, databaseUrl } = platforms;
    const name = new URL(databaseUrl).pathname.slice(1);
    await letOut(await holdAll(one));
    // Of requests per second, too, everybody has what is to be had.
    for (const platform of [one, two]) await advanceClock(platform, 1_000);
    await onServer(shared ?? '', `alter database ${name} with allow_connections false`);
    await onServer(
      shared ?? '',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    );
    for (let round = 0; round < 2; round += 1) {
      gate.shut();
      const crowds = [one, two].map(({ lambda }) => new Crowd(lambda, 'held', 6));
      const answers = (): unknown[] => crowds.flatMap((crowd) => crowd.answers);
      await untilKnown(12, ...crowds);
      expect(answers()).toEqual(Array(6).fill(ACCOUNT));
      await letOut(...crowds);
      expect(answers().filter((answer) => answer === 'through')).toHaveLength(6);
    }
    await onServer(shared ?? '', `alter database ${name} with allow_connections true`);
    await letOut(await holdAll(two));
  });

  test('have what another one used when it was killed, and one that starts waits for nobody dead', async () => {
    const third = await platforms.start(['--concurrency', '6']);
    const lost = await holdAll(third);
    const ended = expect(lost.all).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await measure([third.lambda], 'one', 1, 0)).refusals).toEqual([ACCOUNT]);
    await third.kill();
    await ended;
    expect(lost.answers).toEqual([]);
    // Its functions end with it.
    await gate.untilInside(0);
    await letOut(await holdAll(platforms.one));
    await platforms.two.stop();
    const { ran } = await measure([platforms.one.lambda], 'one', 6, 100);
    expect(ran).toHaveLength(6);
  });
});
