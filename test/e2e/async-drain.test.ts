import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventCounts, sendEvent } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** LAMBENT_DRAIN_EVENTS=100000 is the long run; `npm run bench -- drain` measures one. */
const EVENTS = Number(process.env['LAMBENT_DRAIN_EVENTS'] ?? 1_000);
const RESERVED = 7;
const SENDERS = 16;
const WITHIN_MS = 60_000 + EVENTS * 20;

let server: TestServer;
let gate: LoopbackGate;

beforeEach(async () => {
  server = await startServer({ flags: ['--isolation', 'process'] });
  gate = await LoopbackGate.listen();
});

afterEach(async () => {
  await gate.close();
  expect(await server.stop()).toBe(0);
});

test(`${EVENTS} queued events are all run, never more at once than the function's reservation`, {
  timeout: 3 * WITHIN_MS,
}, async () => {
  await deploy(server.lambda, 'drained', { 'index.js': gate.handler('1') }, { Timeout: 900 });
  await server.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'drained', ReservedConcurrentExecutions: RESERVED }),
  );
  let sent = 0;
  const senders = Array.from({ length: SENDERS }, async () => {
    while ((sent += 1) <= EVENTS) await sendEvent(server.lambda, 'drained', { number: sent });
  });
  await Promise.all(senders);
  // As many as may run hold the gate, the others wait.
  await gate.untilInside(RESERVED);
  gate.open();
  await eventually(
    async () => await eventCounts(server),
    (counts) => (counts['succeeded'] ?? 0) >= EVENTS && counts['inHand'] === 0,
    WITHIN_MS,
  );
  expect(gate.entered).toBe(EVENTS);
  expect(gate.most).toBe(RESERVED);
  expect(await eventCounts(server)).toMatchObject({ failed: 0, dropped: 0 });
});
