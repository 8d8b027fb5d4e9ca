import { describe, expect, test } from 'vitest';
import { PassedOnResponse } from './passed-on-response.ts';
import { LARGEST_STREAM_BYTES } from './runtime-link.ts';

/** A response, and what becomes of it. */
function passedOn(isWaitedFor = true) {
  const told = { bytes: 0, begun: 0, completed: [] as boolean[] };
  const sink = {
    begin: () => (told.begun += 1),
    write: (bytes: Uint8Array) => {
      told.bytes += bytes.length;
      return true;
    },
    whenReady: (resume: () => void) => resume(),
  };
  const response = new PassedOnResponse(sink, {
    onComplete: (_, tooLarge) => {
      told.completed.push(tooLarge);
      return isWaitedFor;
    },
    onFailed: () => isWaitedFor,
  });
  return { told, response };
}

describe('a response that is passed on', () => {
  const quarter = Buffer.allocUnsafe(LARGEST_STREAM_BYTES / 4);

  test('may have 200 MiB', () => {
    const { told, response } = passedOn();
    for (let part = 0; part < 4; part += 1) response.write(quarter);
    expect(response.end()).toBe('accepted');
    expect(told).toMatchObject({ bytes: 200 * 1024 * 1024, completed: [false] });
  });

  test('is cut there, and an error', () => {
    const { told, response } = passedOn();
    for (let part = 0; part < 4; part += 1) response.write(quarter);
    expect(response.write(Buffer.from('x'))).toBe(true);
    response.write(quarter);
    expect(response.end()).toBe('too-large');
    expect(told).toMatchObject({ bytes: LARGEST_STREAM_BYTES, completed: [true] });
  });

  test('nobody waits for any more is unknown, however it ends', () => {
    const { response } = passedOn(false);
    expect(response.end()).toBe('unknown');
    expect(response.fail(quarter, undefined)).toBe('unknown');
  });
});
