import { InvokeWithResponseStreamCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { lambdaOf } from '../support/accounts.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { publishLayer } from '../support/layers.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { rawZip } from '../support/raw-zip.ts';
import { startServer } from '../support/server.ts';
import { health, untilWorkers } from '../support/workers.ts';

const WORKERS = 2;
const CALLERS = 8;

/** Says that its environment is ending, and takes all the time that it is given for that. */
function extension(gate: LoopbackGate): string {
  return `#!${process.execPath}
${gate.handler('0')}
(async () => {
  const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
  const registered = await fetch(base + 'register', {
    method: 'POST',
    headers: { 'Lambda-Extension-Name': 'slow' },
    body: '{"events":["SHUTDOWN"]}',
  });
  const id = registered.headers.get('lambda-extension-identifier');
  await (await fetch(base + 'event/next', { headers: { 'Lambda-Extension-Identifier': id } })).json();
  await exports.handler();
})();`;
}

test('who comes while workers still end what was reset is served', { timeout: 120_000 }, async () => {
  const server = await startServer({ flags: ['--workers', String(WORKERS), '--isolation', 'process'] });
  await untilWorkers(server, WORKERS);
  const gate = await LoopbackGate.listen();
  const program = { name: 'extensions/slow', content: extension(gate), mode: 0o100755 };
  const { LayerVersionArn } = await publishLayer(server.lambda, { Content: { ZipFile: rawZip([program]) } });
  const echo = { 'index.js': 'exports.handler = async (event) => event;' };
  await deploy(server.lambda, 'before', echo, { Layers: [LayerVersionArn] });
  // A connection each: some of them are every worker's.
  const callers = Array.from({ length: CALLERS }, () => lambdaOf(server, '000000000000'));
  const callAll = async (name: string): Promise<unknown[]> =>
    await Promise.all(callers.map(async (caller) => (await invoke(caller, name, 1)).payload));
  const served = Array.from({ length: CALLERS }, () => 1);
  expect(await callAll('before')).toEqual(served);
  const { workers } = await eventually(
    async () => await health(server),
    (now) =>
      now.workers.every(({ environments: { starting, idle, busy } }) => starting + busy === 0 && idle > 0),
  );
  const ending = workers.reduce((sum, { environments }) => sum + environments.idle, 0);
  const reset = fetch(`${server.endpoint}/_lambent/reset`, { method: 'POST' });
  await gate.untilInside(ending);
  await deploy(server.lambda, 'after', echo);
  expect(await callAll('after')).toEqual(served);
  gate.open();
  expect((await reset).status).toBe(200);
  // What came in between is gone with the rest, everywhere.
  const gone = await Promise.allSettled(callers.map(async (caller) => await invoke(caller, 'after')));
  for (const each of gone)
    expect(each).toMatchObject({ status: 'rejected', reason: { name: 'ResourceNotFoundException' } });
  for (const caller of callers) caller.destroy();
  await gate.close();
  expect(await server.stop()).toBe(0);
});

test('who waits for a unit while everything is reset gets none, whatever was reserved', {
  timeout: 120_000,
}, async () => {
  const server = await startServer({ flags: ['--workers', String(WORKERS), '--isolation', 'process'] });
  await untilWorkers(server, WORKERS);
  const gate = await LoopbackGate.listen();
  const callers = Array.from({ length: 120 }, () => lambdaOf(server, '000000000000'));
  for (let round = 0; round < 3; round += 1) {
    const FunctionName = `waiting-${round}`;
    await deploy(server.lambda, FunctionName, { 'index.js': gate.handler('1') }, { Timeout: 300 });
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    );
    // Streams are the main process's, which waits for its workers' idle units.
    const command = new InvokeWithResponseStreamCommand({ FunctionName });
    const waiting = Promise.allSettled(callers.map(async (caller) => await caller.send(command)));
    const reset = await fetch(`${server.endpoint}/_lambent/reset`, { method: 'POST' });
    expect(reset.status).toBe(200);
    for (const { status } of await waiting) expect(status).toBe('rejected');
    expect(gate.entered).toBe(0);
    expect((await health(server)).environments).toMatchObject({ starting: 0, busy: 0 });
  }
  for (const caller of callers) caller.destroy();
  await gate.close();
  expect(await server.stop()).toBe(0);
});
