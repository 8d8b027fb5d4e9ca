import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GroupShare } from './group-share.ts';
import { RefusedForks } from './refused-forks.ts';

/** Files as the kernel has them in a group's directory. */
const directory = mkdtempSync(join(tmpdir(), 'lambent-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

function group(): { share: GroupShare; held: boolean[] } {
  writeFileSync(join(directory, 'cpu.stat'), 'nr_periods 1\nnr_throttled 0\nthrottled_time 0\n');
  writeFileSync(join(directory, 'cpu.idle'), '0');
  refuse(0);
  const held: boolean[] = [];
  const forks = new RefusedForks(directory, (isBomb) => held.push(isBomb));
  const share = GroupShare.open({ directory, counted: undefined, forks, places: undefined });
  if (share === undefined) throw new Error('a group that can stand back was not taken for one');
  return { share, held };
}

function refuse(count: number): void {
  writeFileSync(join(directory, 'pids.events'), `max ${count}\n`);
}

function stands(): 'behind' | 'in line' {
  return readFileSync(join(directory, 'cpu.idle'), 'utf8') === '1' ? 'behind' : 'in line';
}

test('a group stands where it is told to', () => {
  const { share } = group();
  share.standBack(true);
  expect(stands()).toBe('behind');
  share.standBack(false);
  expect(stands()).toBe('in line');
  share.close();
});

test('a fork bomb stands back as long as it is held, whatever it is told, and no longer than it has something to do', () => {
  const { share, held } = group();
  share.standBack(true);
  refuse(100);
  share.standBack(true);
  expect(held).toEqual([true]);
  for (let look = 0; look < 50; look += 1) share.standBack(false);
  expect(stands()).toBe('behind');
  expect(held).toEqual([true]);
  share.rest();
  expect(stands()).toBe('in line');
  expect(held).toEqual([true, false]);
  share.close();
});

test('what is not done any more is no bomb', () => {
  const { share, held } = group();
  share.standBack(true);
  refuse(100);
  share.standBack(true);
  for (let look = 0; look < 100; look += 1) share.standBack(false);
  expect(held).toEqual([true, false]);
  expect(stands()).toBe('in line');
  share.close();
});
