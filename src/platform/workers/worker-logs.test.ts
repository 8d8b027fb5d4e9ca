import { expect, test, vi } from 'vitest';
import type { LogBatch } from './worker-messages.ts';
import { WorkerLogs } from './worker-logs.ts';

const name = { accountId: '000000000000', region: 'us-east-1', group: '/aws/lambda/f', stream: 's' };
const LINE = 'x'.repeat(1000);
const charactersOf = (batches: readonly LogBatch[]): number =>
  batches.flatMap(({ events }) => events).reduce<number>((sum, each) => sum + String(each).length, 0);

test('a flood waits here until the main process has room, and comes whole and in order', async () => {
  const messages: (readonly LogBatch[])[] = [];
  const answers: (() => void)[] = [];
  const logs = new WorkerLogs({
    send: async (batches) => {
      messages.push(batches);
      await new Promise<void>((resolve) => answers.push(resolve));
    },
  });
  const flooded = logs.openStream(name);
  const other = logs.openStream({ ...name, stream: 'other' });
  for (let line = 0; line < 8000; line += 1) flooded.append(line, `${line} ${LINE}`);
  flooded.close();
  other.append(1, 'quiet');
  await vi.waitFor(() => expect(messages.length).toBeGreaterThan(0));
  expect(messages.reduce((sum, batches) => sum + charactersOf(batches), 0)).toBeLessThan(1_000_000);
  for (let turn = 0; turn < 1000 && messages.flat().every(({ isEnd }) => !isEnd); turn += 1) {
    for (const answer of answers.splice(0)) answer();
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const batches of messages) expect(charactersOf(batches)).toBeLessThan(400_000);
  const lines = messages.flat().filter(({ stream }) => stream === 1);
  expect(lines.flatMap(({ events }) => events.filter((_, index) => index % 3 === 0))).toEqual(
    Array.from({ length: 8000 }, (_, line) => line),
  );
  expect(lines.map(({ isEnd }) => isEnd).lastIndexOf(true)).toBe(lines.length - 1);
  // It had its turn while the other waited.
  const first = messages.findIndex((batches) => batches.some(({ stream }) => stream === 2));
  expect(first).toBeLessThan(5);
  expect(messages.length).toBeGreaterThan(10);
});

test('what is drained is all sent, and what was dropped is told at the end', async () => {
  const sent: LogBatch[] = [];
  const logs = new WorkerLogs({
    send: async (batches) => {
      sent.push(...batches);
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const stream = logs.openStream(name);
  const long = 'y'.repeat(1_000_000);
  for (let line = 0; line < 80; line += 1) stream.append(line, long);
  stream.close();
  await logs.drain();
  const messages = sent.flatMap(({ events }) => events.filter((_, index) => index % 3 === 1));
  const kept = messages.filter((message) => message === long).length;
  expect(kept).toBeLessThan(80);
  expect(messages.at(-1)).toBe(
    `[Lambent] dropped ${80 - kept} log events (${(80 - kept) * 1_000_000} bytes): the stream was written faster than it could be kept`,
  );
  expect(sent.at(-1)?.isEnd).toBe(true);
});
