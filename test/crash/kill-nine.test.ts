import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  GetFunctionCommand,
  type LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, expect, test } from 'vitest';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

/** The server is killed at random moments of creates, updates and invokes; what it acknowledged must be there. */
const ROUNDS = 20;
const folders: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const remove of folders) await remove();
});

const code = (word: string): string => `exports.handler = async () => '${word}';`;

/** What the client was told. `unsure` holds words whose update was sent but not answered. */
interface Known {
  word: string;
  readonly unsure: Set<string>;
}

test('twenty kills lose nothing that was acknowledged and show nothing half-written', {
  timeout: 480_000,
}, async () => {
  const dataDir = await temporaryDirectory();
  folders.push(async () => await dataDir.remove());
  const known = new Map<string, Known>();
  let sequence = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const server = await startServer({ dataDir: dataDir.path });
    await everythingIsThere(server, known);
    const life = { ended: false };
    const worker = async (lane: number): Promise<void> => {
      while (!life.ended)
        await step(server.lambda, known, `lane-${lane}-${(sequence += 1)}`, `word-${sequence}`);
    };
    const before = known.size;
    const workers = [0, 1, 2].map(async (lane) => await worker(lane).catch(() => undefined));
    await eventually(
      async () => await Promise.resolve(known.size),
      (size) => size > before,
      60_000,
    );
    // Not a wait for anything: the moment of the kill has to be a random one.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 700));
    life.ended = true;
    await server.kill();
    await Promise.all(workers);
  }
  const last = await startServer({ dataDir: dataDir.path });
  await everythingIsThere(last, known);
  expect(known.size).toBeGreaterThanOrEqual(ROUNDS);
  expect(await last.stop()).toBe(0);
});

/** Creates a function, invokes it, and updates it or an older one. Throws when the server is gone. */
async function step(
  lambda: LambdaClient,
  known: Map<string, Known>,
  name: string,
  word: string,
): Promise<void> {
  await deploy(lambda, name, { 'index.js': code(word) });
  known.set(name, { word, unsure: new Set() });
  expect((await invoke(lambda, name)).payload).toBe(word);
  const [victim, state] = [...known].at(Math.floor(Math.random() * known.size)) ?? [
    name,
    { word, unsure: new Set<string>() },
  ];
  const next = `${word}-updated`;
  state.unsure.add(next);
  const zip = await zipOf({ 'index.js': code(next) });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: victim, ZipFile: zip }));
  state.word = next;
  state.unsure.clear();
  await untilUpdated(lambda, victim);
}

async function everythingIsThere(server: TestServer, known: ReadonlyMap<string, Known>): Promise<void> {
  const names: string[] = [];
  let marker: string | undefined;
  do {
    const page = await server.lambda.send(
      new ListFunctionsCommand(marker === undefined ? {} : { Marker: marker }),
    );
    for (const found of page.Functions ?? []) names.push(found.FunctionName ?? '');
    marker = page.NextMarker;
  } while (marker !== undefined);
  for (const name of known.keys()) expect(names).toContain(name);
  // Half-written would show here: every function is whole and becomes active, also one whose answer was lost.
  for (const name of names) {
    const settled = await eventually(
      async () => (await server.lambda.send(new GetFunctionCommand({ FunctionName: name }))).Configuration,
      (found) => found?.State === 'Active' && found.LastUpdateStatus === 'Successful',
    );
    expect(settled?.CodeSha256).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  }
  // A sample keeps the rounds short; the last rounds see the same functions again.
  for (const [name, state] of [...known].slice(-6)) {
    const { payload } = await invoke(server.lambda, name);
    expect([state.word, ...state.unsure]).toContain(payload);
  }
}

test('no process of a function outlives a killed server', async () => {
  const dataDir = await temporaryDirectory();
  folders.push(async () => await dataDir.remove());
  const server = await startServer({ dataDir: dataDir.path });
  const mark = `mark-${randomUUID()}`;
  await deploy(server.lambda, 'orphan', {
    'index.js': `require('node:child_process').spawn('/bin/sh', ['-c', 'sleep 300; true', '${mark}']);
exports.handler = async () => 'here';`,
  });
  await invoke(server.lambda, 'orphan');
  expect(spawnSync('pgrep', ['-f', mark]).status).toBe(0);
  await server.kill();
  await eventually(
    async () => spawnSync('pgrep', ['-f', mark]).status,
    (status) => status !== 0,
  );
});
