import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { cutEvent, LARGEST_EVENT_BYTES, LineSplitter } from './line-splitter.ts';
import { SocketPairs } from './testing/socket-pair.ts';

function split(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.flush();
  return lines;
}

describe('the line splitter', () => {
  test('finds the same lines however the bytes are cut, also within a character', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'ü', '😀', '\t') });
    const property = fc.property(text, fc.array(fc.nat(200), { maxLength: 20 }), (whole, places) => {
      const bytes = Buffer.from(whole);
      const ends = [...places.map((place) => Math.min(place, bytes.length)), bytes.length].sort(
        (a, b) => a - b,
      );
      const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      const expected = whole.split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(split(chunks)).toEqual(expected);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('keeps empty lines and carriage returns', () => {
    expect(split([Buffer.from('a\r\n\nb\rc\n')])).toEqual(['a\r', '', 'b\rc']);
  });

  test('shows a line that is not ended after a short while', async () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.push(Buffer.from('Password: '));
    expect(lines).toEqual([]);
    await vi.waitFor(() => expect(lines).toEqual(['Password: ']), 25_000);
    splitter.push(Buffer.from('more\n'));
    expect(lines).toEqual(['Password: ', 'more']);
  });

  test('leaves a line whole whose rest was there in time, where the platform was kept from reading it', async () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    const pairs = new SocketPairs();
    await pairs.listen();
    const { near, far } = await pairs.make();
    far.on('data', (chunk: Buffer) => splitter.push(chunk));
    far.resume();
    splitter.push(Buffer.from('begun '));
    await new Promise((resolve) => setImmediate(resolve));
    near.write('and ended\nnext\n');
    // The event loop stands still for longer than a line may take.
    const until = performance.now() + 600;
    while (performance.now() < until) continue;
    await vi.waitFor(() => expect(lines).toHaveLength(2), 25_000);
    expect(lines).toEqual(['begun and ended', 'next']);
    near.destroy();
    far.destroy();
    pairs.close();
  });

  test('cuts a line over the size of an event, holding no more than that, and goes on with the next', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (let megabytes = 0; megabytes < 20; megabytes += 1) splitter.push(Buffer.alloc(1 << 20, 'x'));
    splitter.push(Buffer.from('end\nnext\n'));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toHaveLength(LARGEST_EVENT_BYTES);
    expect(lines[0]).toMatch(/x \[cut: a log event holds at most 1 MB\]$/);
    expect(lines[1]).toBe('next');
  });
});

test('an event of just the size is not cut', () => {
  expect(cutEvent(Buffer.alloc(LARGEST_EVENT_BYTES, 'x'))).toBe('x'.repeat(LARGEST_EVENT_BYTES));
  expect(cutEvent(Buffer.alloc(LARGEST_EVENT_BYTES + 1, 'x'))).toHaveLength(LARGEST_EVENT_BYTES);
});
