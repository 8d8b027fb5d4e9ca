import { DeleteFunctionConcurrencyCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { measure, MEASURED, mostAtOnce } from '../support/measured-concurrency.ts';
import { PATIENT, type Platforms, sharedPostgres, startPlatforms } from '../support/platforms.ts';
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
  };

  const deployed = async (name: string, units: number): Promise<void> => {
    await deploy(platforms.one.lambda, name, MEASURED);
    await reserve(name, units);
    // The other one has heard of it.
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

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '', { flags: ['--concurrency', '6'] });
    await deploy(platforms.one.lambda, 'one', MEASURED);
    await invoke(platforms.two.lambda, 'one', { forMs: 0 });
  });

  afterAll(async () => await platforms.remove());

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
    // Long enough for all of them to have come before the first one ends.
    expect(mostAtOnce(await measure([one.lambda], 'one', 6, 1500))).toBe(6);
    await onServer(shared ?? '', `alter database ${name} with allow_connections false`);
    await onServer(
      shared ?? '',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    );
    for (let round = 0; round < 2; round += 1) {
      const measured = await measure([one.lambda, two.lambda], 'one', 6, 1500);
      expect(mostAtOnce(measured)).toBe(6);
      expect(measured.refusals).toEqual(Array(6).fill(ACCOUNT));
    }
    await onServer(shared ?? '', `alter database ${name} with allow_connections true`);
    await eventually(
      async () => await measure([two.lambda], 'one', 6, 100),
      ({ refusals }) => refusals.length === 0,
    );
  });

  test('have what another one used when it was killed, and one that starts waits for nobody dead', async () => {
    const third = await platforms.start(['--concurrency', '6']);
    // Long enough to be killed in the midst.
    const lost = measure([third.lambda], 'one', 6, 8_000);
    await eventually(
      async () => await measure([third.lambda], 'one', 1, 0),
      ({ refusals }) => refusals[0] === ACCOUNT,
    );
    await third.kill();
    expect((await lost).ran).toEqual([]);
    await eventually(
      async () => await measure([platforms.one.lambda], 'one', 6, 100),
      ({ refusals }) => refusals.length === 0,
      60_000,
    );
    await platforms.two.stop();
    const { ran } = await measure([platforms.one.lambda], 'one', 6, 100);
    expect(ran).toHaveLength(6);
  });
});
