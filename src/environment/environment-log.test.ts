import { afterAll, describe, expect, test, vi } from 'vitest';
import { beside } from '../../test/support/beside.ts';
import { logStreamName } from './log-stream-name.ts';
import { functionVersion, PoolFixture } from './testing/pool-fixture.ts';

const it = new PoolFixture();
afterAll(() => it.close());

const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const tail = { requestId, wantsLogTail: true };
const REPORT = `REPORT RequestId: ${requestId}\\tDuration: \\d+\\.\\d\\d ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\t`;

describe('the log of an environment', () => {
  test('is one stream of lines, in order; the tail goes from START to REPORT', async () => {
    const version = functionVersion();
    const cold = await it.invoke(version, { do: 'log', lines: ['one', 'two\nstill two', ''] }, tail);
    expect(cold.logTail).toMatch(
      new RegExp(
        `^START RequestId: ${requestId} Version: \\$LATEST\none\ntwo\nstill two\n\nEND RequestId: ${requestId}\n${REPORT}Init Duration: \\d+\\.\\d\\d ms\\t\n$`,
      ),
    );
    const [stream, lines] = [...it.logs].at(-1) ?? [];
    expect(stream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    expect(lines?.map((line) => line.split(' ', 1)[0])).toEqual([
      'INIT_START',
      'START',
      'one',
      'two\nstill',
      '',
      'END',
      'REPORT',
    ]);
    const warm = await it.invoke(version, { do: 'echo' }, tail);
    expect(warm.logTail).toMatch(new RegExp(`\n${REPORT}\n$`));
    expect(it.logs.get(stream ?? '')).toHaveLength(10);
  });

  test('has what went by the pipe before REPORT, the last line without a line feed too', async () => {
    const { logTail } = await it.invoke(functionVersion(), { do: 'print', text: 'a\r\nb' }, tail);
    expect(logTail).toMatch(/\$LATEST\na\r\nb\nEND /);
  });

  test('a caller without interest in the tail is answered first; the lines follow', async () => {
    const version = functionVersion();
    await it.invoke(version, { do: 'log', lines: ['quick'] }, { requestId });
    const stream = [...it.logs].at(-1)?.[1] ?? [];
    await vi.waitFor(() => expect(stream.at(-1)).toMatch(/^REPORT /), 25_000);
    // The next START never overtakes them.
    for (let i = 0; i < 20; i += 1) await it.invoke(version, { do: 'echo' });
    await vi.waitFor(() => expect(stream.at(-1)).toMatch(/^REPORT /), 25_000);
    const words = stream.slice(3).map((line) => line.split(' ', 1)[0]);
    expect(words.join(' ')).toMatch(/^END REPORT( START END REPORT){20}$/);
  });

  test('in the JSON format keeps out what is below the level of the function', async () => {
    const at = (level: string): string => JSON.stringify({ timestamp: '2026-01-31T12:00:00Z', level });
    const lines = [at('DEBUG'), at('WARN'), 'plain'];
    const version = functionVersion({
      logFormat: 'JSON',
      applicationLogLevel: 'WARN',
      systemLogLevel: 'WARN',
    });
    const { logTail } = await it.invoke(version, { do: 'log', lines }, tail);
    expect(logTail).toBe(`${at('WARN')}\nplain\n`);
  });

  test('the tail is the last 4 KB', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `${index} `.padEnd(100, 'x'));
    const { logTail } = await it.invoke(functionVersion(), { do: 'log', lines }, tail);
    expect(Buffer.byteLength(logTail ?? '')).toBe(4096);
    expect(logTail).toMatch(/\n99 x+\nEND .*\nREPORT .*\n$/);
  });

  test('a flood of 100 MB passes without stalling the platform', { timeout: 180_000 }, async () => {
    const version = functionVersion({ timeoutMs: 170_000 });
    const other = functionVersion();
    await it.invoke(other, { do: 'count' });
    let lines = 0;
    it.openStream = () => ({ append: () => void (lines += 1), close: () => undefined });
    const text = `${'x'.repeat(99)}\n`.repeat(10_000);
    const flood = it.invoke(version, { do: 'print', text, times: 100 }, tail);
    const life = { isOver: false };
    const ended = flood.finally(() => (life.isOver = true));
    let answered = 0;
    await beside(ended, async () => {
      for (; !life.isOver; answered += 1) await it.invoke(other, { do: 'echo' });
    });
    it.openStream = it.keepLines;
    expect(await ended).toMatchObject({ value: null, functionError: undefined });
    expect(lines).toBe(1_000_000 + 4);
    // Not one after the flood and one before it: many, between its lines.
    expect(answered).toBeGreaterThan(10);
  });

  test('in JSON has records in place of lines, filtered by level', async () => {
    const version = functionVersion({ logFormat: 'JSON', systemLogLevel: 'DEBUG' });
    const { logTail } = await it.invoke(version, { do: 'log', lines: ['{"level":"INFO"}'] }, tail);
    const records = (logTail ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string });
    expect(records.map(({ type }) => type)).toEqual([
      'platform.start',
      undefined,
      'platform.runtimeDone',
      'platform.report',
    ]);
    const quiet = functionVersion({ logFormat: 'JSON', systemLogLevel: 'WARN' });
    expect((await it.invoke(quiet, { do: 'echo' }, tail)).logTail).toBe('');
    const failed = await it.invoke(quiet, { do: 'throw', message: 'no' }, tail);
    const shown = (failed.logTail ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(shown).toMatchObject([
      { type: 'platform.runtimeDone', record: { status: 'error', errorType: 'Runtime.Unknown' } },
      { type: 'platform.report', record: { status: 'error', errorType: 'Runtime.Unknown' } },
    ]);
  });
});

test('the stream of a shared log group names the function', () => {
  const day = Date.UTC(2026, 0, 31);
  const suffix = '0'.repeat(32);
  expect(logStreamName(functionVersion(), day, suffix)).toBe(`2026/01/31/[$LATEST]${suffix}`);
  expect(logStreamName(functionVersion({ logGroup: 'shared', version: '7' }), day, suffix)).toBe(
    `2026/01/31/f[7]${suffix}`,
  );
});
