import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { own } from '../model/spent-memory.ts';
import { ObjectFileWriter } from './object-file-writer.ts';

let directory: string;
let writer: ObjectFileWriter;
const path = (): string => join(directory, 'file');

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambent-writer-'));
  writer = new ObjectFileWriter('file', await open(path(), 'wx'));
});
afterEach(async () => await rm(directory, { recursive: true, force: true }));

test('memory that a piece has to itself is given back once it is written, other memory is not', async () => {
  const size = 600_000;
  const owned = Buffer.alloc(size, 'a');
  own(owned);
  const shared = Buffer.alloc(2 * size, 'b');
  own(shared);
  const foreign = Buffer.alloc(size, 'c');
  for (const piece of [owned, shared.subarray(0, size), foreign, shared.subarray(size)])
    await writer.write(piece);
  await writer.finish(false);
  expect(await readFile(path(), 'latin1')).toBe(
    `${'a'.repeat(size)}${'b'.repeat(size)}${'c'.repeat(size)}${'b'.repeat(size)}`,
  );
  expect([owned.length, shared.length, foreign.length]).toEqual([0, 2 * size, size]);
});
