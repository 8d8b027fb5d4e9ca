import { describe, expect, test } from 'vitest';
import { causeOfPayload, describedCause } from './error-cause.ts';

const newId = (): string => '0123456789abcdef';
const payload = (error: unknown): Uint8Array => Buffer.from(JSON.stringify(error));

describe('causeOfPayload', () => {
  test.each([
    [
      'Node.js',
      { trace: ['RangeError: no', '    at run (/var/task/a.js:3:9)', '    at /var/task/b.js:7:1'] },
      [
        { path: '/var/task/a.js', line: 3, label: 'run' },
        { path: '/var/task/b.js', line: 7, label: 'anonymous' },
      ],
    ],
    [
      'Python',
      { stackTrace: ['  File "/var/task/h.py", line 2, in handler\n    raise ValueError\n'] },
      [{ path: '/var/task/h.py', line: 2, label: 'handler' }],
    ],
    ['something else', { stackTrace: 'deep' }, []],
  ])('reads the stack of %s', (_name, error, stack) => {
    const { exceptions } = causeOfPayload(payload({ errorType: 'T', errorMessage: 'm', ...error }), newId);
    expect(exceptions).toEqual([{ id: newId(), message: 'm', type: 'T', stack }]);
  });

  test('of what is no error at all is without words', () => {
    const { exceptions } = causeOfPayload(Buffer.from('{"half'), newId);
    expect(exceptions).toEqual([{ id: newId(), message: '', type: '', stack: [] }]);
  });

  test('leaves out what is too much', () => {
    const trace = Array.from({ length: 60 }, (_, line) => `at f (/x.js:${line}:1)`);
    const [exception] = causeOfPayload(payload({ trace, errorMessage: 'm'.repeat(9000) }), newId).exceptions;
    expect(exception?.stack).toHaveLength(50);
    expect(exception?.truncated).toBe(10);
    expect(exception?.message).toHaveLength(2000);
  });
});

describe('describedCause', () => {
  test("is the runtime's own", () => {
    const json = JSON.stringify({
      working_directory: '/var/task',
      exceptions: [{ type: 'E', message: 'm', stack: [{ path: 'a', line: 1, label: 'l' }] }],
      paths: ['a'],
    });
    expect(describedCause(json, newId)).toMatchObject({
      working_directory: '/var/task',
      paths: ['a'],
      exceptions: [{ id: newId(), type: 'E', message: 'm' }],
    });
  });

  test.each([undefined, '', '[]', '{"exceptions":1}', `{"exceptions":[],"x":"${'x'.repeat(40_000)}"}`])(
    'is not %.20s',
    (json) => {
      expect(describedCause(json, newId)).toBeUndefined();
    },
  );
});
