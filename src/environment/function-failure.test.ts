import { describe, expect, test } from 'vitest';
import * as failures from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';

const id = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const text = (failure: FunctionFailure): string => Buffer.from(failure.payload(id)).toString();
const exit = { code: null, signal: null, outOfMemory: false };

describe('payloads are as AWS writes them', () => {
  test.each([
    [
      failures.timedOut(3000),
      `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ${id} Error: Task timed out after 3.00 seconds"}`,
    ],
    [
      failures.exited({ ...exit, code: 0 }),
      `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ${id} Error: Runtime exited without providing a reason"}`,
    ],
    [
      failures.exited({ ...exit, code: 127 }),
      `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ${id} Error: Runtime exited with error: exit status 127"}`,
    ],
    [
      failures.exited({ ...exit, signal: 'SIGKILL' }),
      `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ${id} Error: Runtime exited with error: signal: killed"}`,
    ],
    [
      failures.exited({ ...exit, signal: 'SIGKILL', outOfMemory: true }),
      `{"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: ${id} Error: Runtime exited with error: signal: killed"}`,
    ],
    [
      failures.responseTooLarge(6_291_556),
      '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
    ],
    [
      failures.invalidEntrypoint('/var/task/bootstrap', 'ENOENT'),
      `{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: ${id} Error: fork/exec /var/task/bootstrap: no such file or directory"}`,
    ],
  ])('%o', (failure, expected) => {
    expect(text(failure)).toBe(expected);
  });

  test("an init error is the runtime's own", () => {
    const payload = '{"errorMessage":"m","errorType":"Runtime.ImportModuleError","requestId":""}';
    expect(text(failures.initFailed(Buffer.from(payload), undefined))).toBe(payload);
  });
});

test.each([
  ['{"errorType":"Runtime.ImportModuleError"}', 'Runtime.ImportModuleError'],
  ['{"errorType":"Function.Custom"}', 'Function.Custom'],
  ['{"errorType":"TypeError"}', 'Runtime.Unknown'],
  ['{"errorType":7}', 'Runtime.Unknown'],
  ['null', 'Runtime.Unknown'],
  ['{', 'Runtime.Unknown'],
  ['', 'Runtime.Unknown'],
])('the error type of %s is %s', (payload, expected) => {
  expect(failures.errorTypeOf(Buffer.from(payload), undefined)).toBe(expected);
});

test.each([
  ['Function.Broken', 'Function.Broken'],
  ['Runtime.Odd', 'Runtime.Odd'],
  ['Function.<Odd>', 'Function.Unknown'],
  ['Function.HTTP404_NotFound', 'Function.HTTP404_NotFound'],
  ['Function.odd', 'Function.Unknown'],
  ['TypeError', 'Runtime.Unknown'],
  ['', 'Runtime.Unknown'],
])('a declared type counts for more than the payload: %j is %s', (declared, expected) => {
  expect(failures.errorTypeOf(Buffer.from('{"errorType":"Runtime.Other"}'), declared)).toBe(expected);
});
