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
    (now) => now.workers.every(({ environments: { starting, idle } }) => starting === 0 && idle > 0),
  );
  const ending = workers.reduce((sum, { environments }) => sum + environments.idle, 0);
  const reset = fetch(`${server.endpoint}/_lambent/reset`, { method: 'POST' });
  await gate.untilInside(ending);
  await deploy(server.lambda, 'after', echo);
  expect(await callAll('after')).toEqual(served);
  gate.open();
  expect((await reset).status).toBe(200);
  for (const caller of callers) caller.destroy();
  await gate.close();
  expect(await server.stop()).toBe(0);
});
