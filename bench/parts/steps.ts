import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Socket } from 'node:net';
import { newMemory } from '../../src/aws/fast-lane-forms.ts';
import { RequestScanner } from '../../src/aws/fast-lane-request.ts';
import { FormSignature } from '../../src/aws/sigv4-form.ts';
import { parseCredential, verifySignature } from '../../src/aws/sigv4.ts';
import { isJsonText } from '../../src/model/json-text.ts';
import { encodeInvoke } from '../../src/environment/invoke-frame.ts';
import { InvokePath } from './invoke-path.ts';
import type { Row } from './report.ts';
import { invokeRequest } from './signing.ts';

const EVENT = JSON.stringify({ payload: 'x'.repeat(1000) });
const PATH = '/2015-03-31/functions/echo/invocations';
const BATCHES = 100;
const BATCH_MS = 2;

/** Of one step: the best tenth of many short batches, as others use the machine too. */
interface Step {
  readonly name: string;
  readonly us: number;
}

/**
 * The platform's own steps of a warm invoke with a 1 KB event, each measured alone: sockets and processes are not in it.
 * Beside each, what it takes to parse the event and to write it again.
 */
export async function measureSteps(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'lambent-bench-'));
  try {
    const steps = await measureIn(directory);
    const yardstick = step('', () => JSON.stringify(JSON.parse(EVENT))).us;
    return steps.map(({ name, us }) => ({
      name: `step: ${name}`,
      unit: 'µs',
      ours: us,
      baseline: yardstick,
      ratio: us / yardstick,
      goal: '',
    }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureIn(directory: string): Promise<Step[]> {
  const chunk = invokeRequest('127.0.0.1:4566', PATH, EVENT, new Date());
  const socket = new Socket();
  const scanner = new RequestScanner({ takesPath: () => true, maxHeadBytes: 16_384 });
  const memory = newMemory();
  const scanned = () => scanner.scan(chunk, socket, memory);
  // The second is read by the form of the first.
  const [, request] = [scanned(), scanned()];
  if (typeof request !== 'object') throw new Error('the request is not one for the fast lane');
  const { headers, body } = request;
  const signed = { method: 'POST', path: PATH, query: '', headers, body };
  const verify = () => verifySignature(signed, () => 'test', Date.now());
  if (!verify().ok) throw new Error('the signature is wrong');
  const { formed } = request;
  const signature = formed && FormSignature.of(formed);
  const verifyAlike = () => formed !== undefined && signature?.isGood(formed, body, 'test', Date.now());
  if (verifyAlike() !== true) throw new Error('the signature is not verified by its form');
  const open = await InvokePath.build(join(directory, 'open'), 'open');
  const strict = await InvokePath.build(join(directory, 'strict'), 'strict');
  const invocation = open.invocation(body);
  const steps = [
    step('read the head', scanned),
    step('read the credential', () => parseCredential(headers.authorization, '')),
    step('verify the signature, key known', verifyAlike),
    step('verify the signature of a request unlike the last', verify),
    step('check that the event is JSON', () => isJsonText(body)),
    step('encode the event frame', () => encodeInvoke({ invocation, deadlineMs: 0 }, true)),
    await laterStep('run in an environment: state, deadline, log lines', async () => await open.run(body)),
    await laterStep('all from head to answer, not verified', async () => await open.answer(chunk, socket)),
    await laterStep('all from head to answer, verified', async () => await strict.answer(chunk, socket)),
  ];
  await Promise.all([open.close(), strict.close()]);
  return steps;
}

function step(name: string, action: () => unknown): Step {
  const times: number[] = [];
  const size = batchSize(() => void action());
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const startedAt = performance.now();
    for (let count = 0; count < size; count += 1) action();
    times.push(((performance.now() - startedAt) * 1000) / size);
  }
  return { name, us: best(times) };
}

async function laterStep(name: string, action: () => Promise<unknown>): Promise<Step> {
  const times: number[] = [];
  const size = 50;
  for (let batch = 0; batch < 6 * BATCHES; batch += 1) {
    const startedAt = performance.now();
    for (let count = 0; count < size; count += 1) await action();
    times.push(((performance.now() - startedAt) * 1000) / size);
    // What follows an answer, and the writing of logs, has its turn.
    await new Promise((turn) => setImmediate(turn));
  }
  return { name, us: best(times.slice(3 * BATCHES)) };
}

function batchSize(action: () => void): number {
  let count = 0;
  for (const startedAt = performance.now(); performance.now() - startedAt < 10 * BATCH_MS; count += 1)
    action();
  return Math.max(10, Math.ceil(count / 10));
}

function best(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)] ?? Number.NaN;
}
