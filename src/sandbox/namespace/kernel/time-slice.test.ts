import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { setTimeSlice } from './time-slice.ts';

const CHRT = '/usr/bin/chrt';
const missing = spawnSync(CHRT, ['--batch', '0', 'nice', '-n', '3', 'true']).status !== 0;
if (missing) process.stdout.write('Slices of processors are not tested: chrt or nice is missing.\n');

/** Niceness and policy, as the kernel has them. */
function standing(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return `${fields[16]} ${fields[38]}`;
}

test.skipIf(missing).each([
  ['the usual policy', '--other', 0],
  ['one that somebody chose', '--batch', 3],
])('a process of %s keeps it, and its niceness', async (_, policy, expected) => {
  const child = spawn(CHRT, [policy, '0', 'nice', '-n', '3', 'sleep', '60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  await vi.waitUntil(() => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'sleep\n', 25_000);
  setTimeSlice(pid, 1_000_000);
  expect(standing(pid)).toBe(`${Math.min(getPriority() + 3, 19)} ${expected}`);
});
