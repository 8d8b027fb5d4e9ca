import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { engines, type TestDatabase } from '../support/engines.ts';

const KILLS = 20;
const LONG_AGO_S = 1_000_000_000;
const WRITER = new URL('../support/store-writer.ts', import.meta.url).pathname;

/** Runs the writer until a random moment after its first acknowledged write. @returns the acknowledged numbers */
async function writeUntilKilled(database: TestDatabase, first: number): Promise<number[]> {
  const writer: ChildProcess = spawn(
    process.execPath,
    [WRITER, database.dataDir, database.url ?? '', String(first)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const acknowledged: number[] = [];
  const output = writer.stdout;
  if (output === null) throw new Error('The writer has no output.');
  const lines = createInterface({ input: output });
  const ended = once(lines, 'close');
  lines.on('line', (line) => acknowledged.push(Number(line)));
  await Promise.race([once(lines, 'line'), ended]);
  // Not a wait for anything: the moment of the kill has to be a random one.
  await delay(Math.random() * 120);
  writer.kill('SIGKILL');
  await ended;
  return acknowledged;
}

/** Every number there must be all that one write makes, and every acknowledged one that nothing removed. */
async function check(database: TestDatabase, acknowledged: readonly number[]): Promise<void> {
  const temporary = join(database.dataDir, 'blobs', 'tmp');
  // On a database that others may use too, what is young may be what another platform is just writing.
  for (const name of await readdir(temporary)) await utimes(join(temporary, name), LONG_AGO_S, LONG_AGO_S);
  const store = await database.open();
  try {
    const tags = await store.db.selectFrom('resource_tags').selectAll().execute();
    const references = await store.db.selectFrom('blob_references').selectAll().execute();
    const keysOf = (arn: string): string[] =>
      tags.filter((tag) => tag.resource_arn === arn).map((tag) => tag.key);
    const present = new Set(keysOf('first'));
    expect(new Set(keysOf('second'))).toEqual(present);
    expect(new Set(references.map((reference) => reference.owner))).toEqual(present);
    // A number that 3 divides goes when its successor by three is written, which may not have been acknowledged.
    const lost = acknowledged.filter((number) => number % 3 !== 0 && !present.has(String(number)));
    expect(lost).toEqual([]);
    const sample = references.slice(-200);
    const contents = await Promise.all(
      sample.map(async ({ sha256 }) => String(await store.blobs.read(sha256))),
    );
    expect(contents).toEqual(sample.map(({ owner }) => `content ${owner}`));
    await store.write(async () => {});
  } finally {
    await store.close();
  }
  expect(await readdir(temporary)).toEqual([]);
  expect(database.warnings).toEqual([]);
}

test.each(engines)(
  `kill -9 at ${KILLS} random moments loses no acknowledged write on $name`,
  async (engine) => {
    const database = await engine.create();
    const acknowledged: number[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      const latest = await writeUntilKilled(database, round * 1_000_000);
      expect(latest.length).toBeGreaterThan(0);
      acknowledged.push(...latest);
      // Each round's writer has opened the store again; looking at everything takes longer.
      if (round % 5 === 4) await check(database, acknowledged);
    }
    await database.remove();
  },
  300_000,
);
