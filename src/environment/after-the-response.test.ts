import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { functionVersion, PoolFixture } from './testing/pool-fixture.ts';

const WITHIN_MS = 25_000;
const WORKED_ON_MS = 300;
const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const custom = { runtime: 'provided.al2023', handler: 'any.thing' };

let it: PoolFixture;
let go: string;
beforeEach(() => {
  it = new PoolFixture();
  go = join(it.directory, 'go');
});
afterEach(() => it.close());

/** A runtime that answers with the number of its invocation, and then does what else it is told before it asks for more. */
function bootstrap(afterwards: string): void {
  const path = join(it.codeDirectory, 'bootstrap');
  writeFileSync(
    path,
    `#!${process.execPath}
    const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const told = async () => { while (!require('node:fs').existsSync(${JSON.stringify(go)})) await pause(20); };
    (async () => {
      for (let count = 1; ; count += 1) {
        const next = await fetch(base + 'next');
        const id = next.headers.get('lambda-runtime-aws-request-id');
        await next.text();
        await fetch(base + id + '/response', { method: 'POST', body: String(count) });
        ${afterwards}
      }
    })();`,
  );
  chmodSync(path, 0o755);
}

function reports(): string[] {
  return it.lines().filter((line) => line.startsWith('REPORT'));
}

async function untilReported(): Promise<string> {
  await vi.waitFor(() => expect(reports()).toHaveLength(1), WITHIN_MS);
  return reports()[0] ?? '';
}

function durationOf(report: string | undefined): number {
  return Number(/\tDuration: ([\d.]+) ms/.exec(report ?? '')?.[1]);
}

async function untilSoMuchLater(sinceMs: number): Promise<void> {
  await vi.waitFor(() => expect(performance.now() - sinceMs).toBeGreaterThan(WORKED_ON_MS), WITHIN_MS);
}

const WORKS_ON = `await told(); console.log('worked on');`;

describe('a runtime that works on after its response', () => {
  test('has answered, and its time counts: REPORT comes when it asks for the next event', async () => {
    bootstrap(WORKS_ON);
    expect((await it.invoke(functionVersion(custom), {})).value).toBe(1);
    const answeredMs = performance.now();
    expect(it.pool.counts()).toMatchObject({ idle: 0, busy: 1 });
    await untilSoMuchLater(answeredMs);
    expect(reports()).toEqual([]);
    writeFileSync(go, '');
    const report = await untilReported();
    expect(durationOf(report)).toBeGreaterThan(WORKED_ON_MS);
    const init = Number(/Init Duration: ([\d.]+) ms/.exec(report)?.[1]);
    const billed = Number(/Billed Duration: (\d+) ms/.exec(report)?.[1]);
    expect(Math.abs(billed - Math.ceil(durationOf(report) + init))).toBeLessThanOrEqual(1);
    expect(report).not.toContain('Status');
    expect(it.lines().slice(-3, -1)).toEqual(['worked on', expect.stringMatching(/^END /)]);
    await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ idle: 1, busy: 0 }), WITHIN_MS);
  });

  test('gets no other event before it asks for one: another environment does', async () => {
    bootstrap(WORKS_ON);
    const version = functionVersion(custom);
    expect((await it.invoke(version, {})).value).toBe(1);
    // The second environment's first.
    expect((await it.invoke(version, {})).value).toBe(1);
    expect(it.pool.counts()).toMatchObject({ idle: 0, busy: 2 });
    writeFileSync(go, '');
    await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ idle: 2, busy: 0 }), WITHIN_MS);
    expect((await it.invoke(version, {})).value).toBe(2);
  });

  test('does not keep who wants the log waiting: he has it as of the response', async () => {
    bootstrap(WORKS_ON);
    const { value, logTail } = await it.invoke(
      functionVersion(custom),
      {},
      { requestId, wantsLogTail: true },
    );
    expect(value).toBe(1);
    const lastLines = new RegExp(
      `^START .*\nEND RequestId: ${requestId}\nREPORT RequestId: ${requestId}\t.*\t\n$`,
    );
    expect(logTail).toMatch(lastLines);
    expect(reports()).toEqual([]);
    writeFileSync(go, '');
    expect(durationOf(await untilReported())).toBeGreaterThan(durationOf(logTail));
  });

  test('of a function that logs in JSON gives a record ahead, too', async () => {
    bootstrap(WORKS_ON);
    const version = functionVersion({ ...custom, logFormat: 'JSON' });
    const { logTail } = await it.invoke(version, {}, { requestId, wantsLogTail: true });
    const types = logTail?.match(/"type":"platform\.\w+"/g);
    expect(types).toEqual(['"type":"platform.start"', '"type":"platform.report"']);
    expect(it.lines().join('\n')).not.toContain('platform.report');
  });

  test('has its overhead told apart in records', async () => {
    bootstrap(WORKS_ON);
    const version = functionVersion({ ...custom, logFormat: 'JSON', systemLogLevel: 'DEBUG' });
    await it.invoke(version, {}, { requestId });
    const answeredMs = performance.now();
    await untilSoMuchLater(answeredMs);
    expect(it.lines().join('\n')).not.toContain('platform.runtimeDone');
    writeFileSync(go, '');
    await vi.waitFor(() => expect(it.lines().join('\n')).toContain('platform.report'), WITHIN_MS);
    const records = it
      .lines()
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { type: string; record: Recorded });
    const [done] = records.filter(({ type }) => type === 'platform.runtimeDone');
    expect(done?.record.metrics.durationMs).toBeGreaterThan(WORKED_ON_MS);
    const overhead = done?.record.spans?.find(({ name }) => name === 'runtimeOverhead');
    expect(overhead?.durationMs).toBeGreaterThan(WORKED_ON_MS);
    const [report] = records.filter(({ type }) => type === 'platform.report');
    expect(report?.record.metrics.durationMs).toBe(done?.record.metrics.durationMs);
    expect(report?.record).not.toHaveProperty('spans');
  });

  test('for longer than the timeout is killed; the answer stays', async () => {
    bootstrap(`await pause(3_600_000);`);
    // The runtime starts once more within it.
    const version = functionVersion({ ...custom, timeoutMs: 4000 });
    const { value, functionError } = await it.invoke(version, {});
    expect([value, functionError]).toEqual([1, undefined]);
    expect(await untilReported()).toMatch(/\tDuration: 4000\.00 ms\t.*\tStatus: timeout$/);
    await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ idle: 1, busy: 0 }), WITHIN_MS);
    expect((await it.invoke(version, {})).value).toBe(1);
    expect(it.logs.size).toBe(1);
  });

  test('and exits has failed, which its caller does not hear of', async () => {
    bootstrap(`await told(); process.exit(7);`);
    const version = functionVersion(custom);
    const { value, functionError } = await it.invoke(version, {});
    expect([value, functionError]).toEqual([1, undefined]);
    writeFileSync(go, '');
    expect(await untilReported()).toMatch(/\tStatus: error\tError Type: Runtime\.ExitError$/);
    await vi.waitFor(() => expect(it.pool.counts()).toMatchObject({ idle: 1, busy: 0 }), WITHIN_MS);
  });
});

interface Recorded {
  readonly metrics: { readonly durationMs: number };
  readonly spans?: readonly { readonly name: string; readonly durationMs: number }[];
}
