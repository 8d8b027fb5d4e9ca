import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';

const minors = [9, 10, 11, 12, 13, 14];
const runtimes = await availableRuntimes(minors.map((minor) => `python3.${minor}`));
const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const run = async (body: string, imports = '', variables: Record<string, string> = {}) => {
    const lines = body.split('\n').map((line) => `    ${line}\n`);
    const source = `${imports}\ndef handler(event, context):\n${lines.join('')}`;
    const process = startFunction(runtime, 'h.handler', { 'h.py': source }, variables);
    expect(await process.initialised()).toMatchObject({ kind: 'ready' });
    return await process.invoke({});
  };

  test('print gives one event for each line, in order, and flushes the rest', async () => {
    const { logs, text } = await run(
      'print("one\\ntwo")\nprint("grüße", 3, sep="-")\nprint()\nprint("err", file=sys.stderr)\nsys.stdout.buffer.write(b"bytes\\n")\nprint("half", end="")\nreturn [sys.stdout.encoding, sys.stdout.fileno(), sys.stdout.isatty()]',
      'import sys',
    );
    expect(logs).toEqual(['one', 'two', 'grüße-3', '', 'err', 'bytes', 'half']);
    expect(text).toBe('["utf-8", 1, false]');
  });

  test('a carriage return does not end an event', async () => {
    const { logs } = await run('print("one\\rtwo\\r")');
    expect(logs).toEqual(['one\rtwo\r']);
  });

  test('long lines arrive whole, or in pieces over 1 MiB', async () => {
    const { logs } = await run('print("a" * 1_000_000)\nprint("b" * 3_000_000)');
    expect(logs[0]).toBe('a'.repeat(1_000_000));
    expect(logs.slice(1).join('')).toBe('b'.repeat(3_000_000));
    expect(Math.max(...logs.map((line) => line.length))).toBeLessThan(1024 * 1024);
  });

  test('logging has the format of AWS, from the first import on', async () => {
    const { logs, requestId } = await run(
      'logging.warning("to %s", "root")\nlogging.getLogger("mine").error("two\\nlines")\nlogging.info("hidden")\nlogging.getLogger().setLevel("DEBUG")\nlogging.debug("shown")\nlogging.basicConfig(level="ERROR")\nlogging.info("still shown")',
      'import logging',
    );
    const fields = logs.map((line) => line.split('\t'));
    expect(fields.every(([, time]) => ISO.test(time ?? ''))).toBe(true);
    expect(fields.map(([level, , ...rest]) => [level, ...rest])).toEqual([
      ['[WARNING]', requestId, 'to root'],
      ['[ERROR]', requestId, 'two\nlines'],
      ['[DEBUG]', requestId, 'shown'],
      ['[INFO]', requestId, 'still shown'],
    ]);
  });

  test('logging during the start has no request id', async () => {
    const process = startFunction(runtime, 'h.handler', {
      'h.py': 'import logging.handlers\nlogging.error("starting")\ndef handler(event, context):\n    pass\n',
    });
    const { logs } = await process.initialised();
    expect(logs[0]).toMatch(/^\[ERROR\]\t\S+Z\t\tstarting$/);
  });

  test('logging of an exception is one event', async () => {
    const { logs } = await run(
      'try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception("caught")',
      'import logging',
    );
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatch(
      /\tcaught\nTraceback \(most recent call last\):\n[\s\S]*ZeroDivisionError: division by zero$/,
    );
  });

  test('logging never imported costs nothing', async () => {
    const { text } = await run(
      'return [name for name in ("logging", "json", "traceback") if name in sys.modules]',
      'import sys',
    );
    expect(text).toBe('[]');
  });

  test('JSON format names the tenant', async () => {
    const source = 'import logging\ndef handler(event, context):\n    logging.error(context.tenant_id)\n';
    const variables = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };
    const process = startFunction(runtime, 'h.handler', { 'h.py': source }, variables);
    await process.initialised();
    for (const tenantId of ['blue', 'green']) {
      const { logs } = await process.invoke({}, { tenantId });
      expect(JSON.parse(logs[0] ?? '')).toMatchObject({ message: tenantId, tenantId });
    }
    expect(JSON.parse((await process.invoke({})).logs[0] ?? '')).not.toHaveProperty('tenantId');
  });

  test('JSON format writes records and errors as objects', async () => {
    const variables = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'WARN' };
    const { logs, requestId } = await run(
      'logging.getLogger("mine").warning("to %s", "mine", extra={"order": 7})\nlogging.info("hidden")\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception("caught")\nraise ValueError("no")',
      'import logging',
      variables,
    );
    const entries = logs.map((line) => JSON.parse(line));
    expect(entries).toHaveLength(3);
    expect(entries[0]).toEqual({
      timestamp: expect.stringMatching(SECONDS),
      level: 'WARNING',
      message: 'to mine',
      logger: 'mine',
      requestId,
      order: 7,
    });
    expect(entries[1]).toMatchObject({
      level: 'ERROR',
      message: 'caught',
      logger: 'root',
      errorType: 'ZeroDivisionError',
      errorMessage: 'division by zero',
      stackTrace: [expect.stringContaining('in handler')],
      location: expect.stringMatching(/h\.py:handler:8$/),
    });
    expect(entries[2]).toMatchObject({
      timestamp: expect.stringMatching(SECONDS),
      level: 'ERROR',
      errorType: 'ValueError',
      errorMessage: 'no',
      requestId,
    });
  });

  test('JSON format keeps objects, writes what JSON cannot hold as text, and knows levels of its own', async () => {
    const { logs, requestId } = await run(
      `logging.error({"a": [1, "grüße"]})
logging.error("%(a)s", {"a": 1})
logging.log(35, "between", extra={"when": datetime.date(2026, 1, 31), "amount": decimal.Decimal("1.50"), "none": None})
logging.getLogger().setLevel(1)
logging.log(5, "below all")
logging.log(99, "above all")`,
      'import datetime, decimal, logging',
      { AWS_LAMBDA_LOG_FORMAT: 'JSON' },
    );
    expect(logs[0]).toContain('{"a": [1, "grüße"]}');
    const entries = logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ level, message }) => [level, message])).toEqual([
      ['ERROR', { a: [1, 'grüße'] }],
      ['ERROR', '1'],
      ['WARNING', 'between'],
      ['NOTSET', 'below all'],
      ['CRITICAL', 'above all'],
    ]);
    expect(entries[2]).toEqual({
      timestamp: expect.stringMatching(SECONDS),
      level: 'WARNING',
      message: 'between',
      logger: 'root',
      requestId,
      when: '2026-01-31',
      amount: '1.50',
    });
  });

  test.each(['', 'import logging'])('context.log makes one event after "%s"', async (imports) => {
    const { logs } = await run('context.log("one\\ntwo")\ncontext.log(3)\ncontext.log("four\\n")', imports);
    expect(logs).toEqual(['one\ntwo', '3', 'four']);
  });

  test('context.log prints where the platform has no handler any more', async () => {
    const { logs } = await run(
      'logging.getLogger().handlers.clear()\ncontext.log("one\\ntwo")',
      'import logging',
    );
    expect(logs).toEqual(['one', 'two']);
  });
});
