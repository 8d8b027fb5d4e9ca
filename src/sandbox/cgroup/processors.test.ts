import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Places } from './places.ts';
import { divide, keepsPlaces, PROCESSORS_FILE } from './processors.ts';

const PIPE_MAKER = 'mkfifo';

test.each([
  ['0-3', '0,1,2,3', '0,1,2', 3],
  ['1-3', '1,2,3', '1,2', 2],
  ['0,2,4-5', '0,2,4,5', '0,2,4', 3],
  ['0-17', '0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17', '0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', 16],
])('of processors %s, which are %s, those who want all there is have %s', (own, all, list, count) => {
  expect(divide(own)).toEqual({ all, most: { list, count } });
});

test.each(['0', '0-1', '2,7'])('of processors %s nobody is kept off any', (own) => {
  expect(divide(own).most).toBe(undefined);
});

test.each([
  ['5.15.0-91-generic', false],
  ['6.1.0', false],
  ['6.2.0-rc1', true],
  ['6.18.44', true],
  ['10.0', true],
])('Linux %s remembers which processors a process was given: %s', (release, expected) => {
  expect(keepsPlaces(release)).toBe(expected);
});

test('a group that was promised more than the others have is not kept off', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lambent-places-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, PROCESSORS_FILE);
  // A pipe keeps all that is written, where a file has the last alone.
  spawnSync(PIPE_MAKER, [file]);
  const pipe = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(pipe));
  const buffer = Buffer.alloc(100);
  let all = '';
  const said = async (...texts: readonly string[]): Promise<void> => {
    const expected = all + texts.join('');
    await vi.waitUntil(() => {
      try {
        all += buffer.toString('latin1', 0, readSync(pipe, buffer));
      } catch {
        // Nothing is in it.
      }
      return all.length >= expected.length;
    }, 25_000);
    expect(all).toBe(expected);
  };
  let share = 3;
  const places = new Places(directory, divide('0-3'), () => share);
  places.keepOff(true);
  await said('0,1,2');
  share = 3.1;
  places.keepOff(true);
  await said('0,1,2,3');
  share = 1;
  // In the order in which it was said.
  for (const isKeptOff of [true, false, true]) places.keepOff(isKeptOff);
  await said('0,1,2', '0,1,2,3', '0,1,2');
});
