import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RefusedForks } from './refused-forks.ts';

const directory = mkdtempSync(join(tmpdir(), 'lambent-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

let refused = 0;
function refuse(count: number): void {
  refused += count;
  writeFileSync(join(directory, 'pids.events'), `max ${refused}\n`);
}

function watched(): { forks: RefusedForks; held: boolean[] } {
  refuse(0);
  const held: boolean[] = [];
  const forks = new RefusedForks(directory, (isBomb) => held.push(isBomb));
  forks.look(true);
  return { forks, held };
}

test('holds who goes on trying, until it has not tried for a while', () => {
  const { forks, held } = watched();
  for (let look = 0; look < 4; look += 1) {
    refuse(25);
    forks.look(true);
    expect(held).toEqual(look < 3 ? [] : [true]);
  }
  for (let look = 0; look < 70; look += 1) forks.look(true);
  refuse(1);
  for (let look = 0; look < 100; look += 1) forks.look(true);
  expect(held).toEqual([true]);
  forks.look(true);
  expect(held).toEqual([true, false]);
  forks.close();
});

test('what was before it came under suspicion does not count, nor what is no more than now and then', () => {
  refuse(1000);
  const { forks, held } = watched();
  refuse(99);
  for (let look = 0; look < 5; look += 1) forks.look(true);
  forks.look(false);
  refuse(500);
  forks.look(true);
  refuse(1);
  forks.look(true);
  expect(held).toEqual([]);
  forks.close();
});

test('lets go of who is about to end', () => {
  const { forks, held } = watched();
  refuse(100);
  forks.look(true);
  expect(forks.isHeld).toBe(true);
  forks.release();
  expect(held).toEqual([true, false]);
  forks.close();
});

test('who is held gets too little to be a suspect, and is not let go for that', () => {
  const { forks, held } = watched();
  refuse(100);
  forks.look(true);
  for (let look = 0; look < 99; look += 1) forks.look(false);
  expect(held).toEqual([true]);
  forks.look(false);
  expect(held).toEqual([true, false]);
  forks.close();
});

test('a kernel that does not count holds nobody', () => {
  const held: boolean[] = [];
  const forks = new RefusedForks(join(directory, 'none'), (isBomb) => held.push(isBomb));
  forks.look(true);
  forks.release();
  forks.close();
  expect(held).toEqual([]);
});
