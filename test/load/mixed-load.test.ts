import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { afterEach, expect, onTestFailed, test } from 'vitest';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { Builds, runChanges } from './changes.ts';
import { ACCOUNT_UNITS, deployAll, LIMITED_UNITS, UNRESERVED_UNITS } from './functions.ts';
import { Ledger } from './ledger.ts';
import { atRest, healthOf, moreOf, platformMemoryMb } from './platform.ts';
import { Requests } from './requests.ts';
import { runClients, type Traffic } from './traffic.ts';

/** A minute finds what is badly wrong; ten are the soak. */
const MINUTES = Number(process.env['LAMBENT_LOAD_MINUTES'] ?? 1);
const WORKERS = process.env['LAMBENT_LOAD_WORKERS'];
const WARM_UP_MS = 10_000;
const SAMPLES = 40;
/** Those whose clients read every answer: each execution has one. */
const ANSWERED_ALWAYS = ['steady', 'slow', 'limited', 'updated', 'aliased', 'python'];
/**
 * The last quarter's memory over the second's. In ten minutes a leak of a few hundred bytes for each request would show; in
 * one the heap still grows to its working size.
 */
const MOST_GROWTH = MINUTES < 5 ? 2 : 1.2;

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

test(`${MINUTES} minutes of everything at once`, {
  timeout: MINUTES * 60_000 + 300_000,
  retry: 0,
}, async () => {
  const folder = await temporaryDirectory();
  cleanUp.push(async () => await folder.remove());
  const server = await start(folder.path);
  onTestFailed(() => console.log(`the platform's last words:\n${server.output().slice(-3000)}`));
  const requests = new Requests(server.endpoint);
  const functions = await deployAll(server.lambda);
  const builds = new Builds();
  const run = async (ledger: Ledger, forMs: number): Promise<number[]> => {
    const memory: number[] = [];
    const signal = AbortSignal.timeout(forMs);
    const sampling = setInterval(() => memory.push(platformMemoryMb(server)), forMs / SAMPLES);
    await Promise.all([
      runClients({ requests, ledger, functions, builds }, signal),
      runChanges(server.lambda, ledger, builds, signal),
    ]);
    clearInterval(sampling);
    return memory;
  };

  const warmUp = new Ledger();
  await run(warmUp, WARM_UP_MS);
  const before = await atRest(server, requests, folder.path);
  const { invocations } = await healthOf(server);

  const ledger = new Ledger();
  const memory = await run(ledger, MINUTES * 60_000);
  const admitted = (await healthOf(server)).invocations - invocations;
  const after = await atRest(server, requests, folder.path, before);
  const growth = mean(quarter(memory, 3)) / mean(quarter(memory, 1));
  report(ledger, memory, growth, admitted);

  expect([...warmUp.problems, ...ledger.problems]).toEqual([]);
  for (const name of ANSWERED_ALWAYS) expect([name, ledger.unanswered(name)]).toEqual([name, 0]);
  // One admission for each that was answered or failed, and at most one for each whose client went away.
  const booked = ledger.of('answered') + ledger.of('failed');
  expect(admitted).toBeGreaterThanOrEqual(booked);
  expect(admitted).toBeLessThanOrEqual(booked + ledger.of('abandoned'));
  expect(moreOf(after, before)).toEqual([]);
  expect(growth).toBeLessThan(MOST_GROWTH);
  await everyUnitIsFree({ requests, ledger, functions, builds });
  expect(await server.stop()).toBe(0);
});

async function start(folder: string): Promise<TestServer> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const server = await startServer({
    dataDir: join(folder, 'data'),
    flags: [
      '--concurrency',
      String(ACCOUNT_UNITS),
      '--allow-reset',
      ...(WORKERS === undefined ? [] : ['--workers', WORKERS]),
    ],
    env: { TMPDIR: temporary },
  });
  cleanUp.push(async () => await server.kill());
  return server;
}

/** A lease that was not given back would be missing now: as many invocations as there are units run side by side. */
async function everyUnitIsFree({ requests }: Traffic): Promise<void> {
  const path = (name: string): string => `/2015-03-31/functions/${name}/invocations`;
  const atOnce = async (name: string, count: number): Promise<number[]> => {
    const body = JSON.stringify({ nonce: name, ms: 15_000 });
    const sent = Array.from({ length: count }, async () => await requests.send({ path: path(name), body }));
    return (await Promise.all(sent)).map(({ status }) => status);
  };
  const [unreserved, limited] = await Promise.all([
    atOnce('slow', UNRESERVED_UNITS + 5),
    atOnce('limited', LIMITED_UNITS + 5),
  ]);
  const free = (statuses: number[]): number => statuses.filter((status) => status === 200).length;
  expect([free(unreserved), free(limited)]).toEqual([UNRESERVED_UNITS, LIMITED_UNITS]);
}

function report(ledger: Ledger, memory: readonly number[], growth: number, admitted: number): void {
  const perSecond = Math.round(ledger.of('answered') / (MINUTES * 60));
  const quarters = [0, 1, 2, 3].map((each) => Math.round(mean(quarter(memory, each))));
  console.log(
    [
      `load: ${MINUTES} minutes, ${WORKERS ?? 'no'} workers, ${perSecond} answers a second`,
      ...ledger.lines(),
      `${String(admitted).padStart(9)}  admitted by the platform`,
      `${String(ledger.environments).padStart(9)}  environments that answered`,
      `${String(ledger.problems.length).padStart(9)}  problems`,
      `memory of the platform in each quarter, MiB: ${quarters.join(', ')}; last over second: ${growth.toFixed(2)}`,
      ...ANSWERED_ALWAYS.map((name) => `${name}: ${ledger.unanswered(name)} executions without their answer`),
    ].join('\n'),
  );
}

function quarter(samples: readonly number[], which: number): readonly number[] {
  const size = samples.length / 4;
  return samples.slice(Math.floor(which * size), Math.floor((which + 1) * size));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
