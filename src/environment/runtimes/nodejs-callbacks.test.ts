import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';

const withCallbacks = await availableRuntimes(['nodejs20.x', 'nodejs22.x']);
const withoutCallbacks = await availableRuntimes(['nodejs24.x']);

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(withCallbacks)('callbacks on $id', (runtime) => {
  const run = async (body: string) => {
    const process = startFunction(runtime, 'index.handler', {
      'index.js': `exports.handler = function (event, context, callback) { ${body} };`,
    });
    await process.initialised();
    return await process.invoke({});
  };

  test.each([
    ['callback(null, { a: 1 })', '{"a":1}'],
    ['setTimeout(() => callback(null, 2), 5)', '2'],
    ['setTimeout(() => { event.done = true; }, 30); callback(null, event)', '{"done":true}'],
    [
      'context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => { event.done = true; }, 30); callback(null, event)',
      '{}',
    ],
    ['context.succeed(4)', '4'],
    ['context.done(null, 5)', '5'],
    ['callback(); callback(null, 1); context.succeed(2)', 'null'],
    ['return 6', 'null'],
    ['return Promise.resolve(7)', '7'],
  ])('%s answers %s', async (body, text) => {
    expect(await run(body)).toMatchObject({ kind: 'response', text });
  });

  test.each([
    ['callback(new TypeError("no"))', 'TypeError', 'no'],
    ['callback("text")', 'string', 'text'],
    ['context.fail(new Error("no"))', 'Error', 'no'],
    ['context.fail()', 'string', 'handled'],
    ['context.done(new Error("no"))', 'Error', 'no'],
    ['throw new RangeError("no")', 'RangeError', 'no'],
    ['callback(null, 1n)', 'Error', 'Unable to stringify response body'],
  ])('%s fails with %s', async (body, errorType, errorMessage) => {
    const outcome = await run(body);
    expect(outcome.kind).toBe('error');
    expect(JSON.parse(outcome.text)).toMatchObject({ errorType, errorMessage });
  });

  test('an answer that comes late does not count for the next event', async () => {
    const process = startFunction(runtime, 'index.handler', {
      'index.js': `let late;
        exports.handler = (event, context, callback) => {
          if (late) { late(null, 'late'); setTimeout(() => callback(null, 'second'), 10); }
          else { late = context.done; context.succeed('first'); }
        };`,
    });
    await process.initialised();
    expect((await process.invoke({})).text).toBe('"first"');
    expect((await process.invoke({})).text).toBe('"second"');
  });
});

describe.each(withoutCallbacks)('no callbacks on $id', (runtime) => {
  test('a handler with three parameters fails to initialise', async () => {
    const process = startFunction(runtime, 'index.handler', {
      'index.js': 'exports.handler = (event, context, callback) => {};',
    });
    const outcome = await process.initialised();
    expect(outcome.kind).toBe('error');
    const { errorType, errorMessage } = JSON.parse(outcome.text);
    expect(errorType).toBe('Runtime.CallbackHandlerDeprecated');
    expect(errorMessage).toBe(
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  });

  test('TypeScript runs as it is', async () => {
    const process = startFunction(runtime, 'index.handler', {
      'index.ts': 'export const handler = async (event: number): Promise<number> => event + 1;',
      'package.json': '{"type":"module"}',
    });
    await process.initialised();
    expect(await process.invoke(1)).toMatchObject({ kind: 'response', text: '2' });
  });

  test('a plain returned value is the result', async () => {
    const process = startFunction(runtime, 'index.handler', {
      'index.js': 'exports.handler = (event) => event + 1;',
    });
    await process.initialised();
    expect(await process.invoke(1)).toMatchObject({ kind: 'response', text: '2' });
  });
});
