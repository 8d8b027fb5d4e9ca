import {
  DeleteLayerVersionCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawZip } from '../support/raw-zip.ts';
import { deploy, invoke, untilUpdated } from '../support/functions.ts';
import { publishFiles, publishLayer } from '../support/layers.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const module = (text: string): string => `module.exports = ${JSON.stringify(text)};\n`;

/** Two layers that share some of their files. */
async function nodeLayers(lambda: LambdaClient, prefix: string): Promise<[string, string]> {
  return [
    await publishFiles(lambda, `${prefix}-first`, {
      'nodejs/node_modules/both/index.js': module('first'),
      'nodejs/node_modules/first/index.js': module('first'),
      'nodejs/node_modules/mine/index.js': module('first'),
      'nodejs/node_modules/both/only-first.js': module('first'),
    }),
    await publishFiles(lambda, `${prefix}-second`, {
      'nodejs/node_modules/both/index.js': module('second'),
      'nodejs/node_modules/second/index.js': module('second'),
      'nodejs/node_modules/mine/index.js': module('second'),
    }),
  ];
}

const NODE = {
  'index.js': `
const find = (name) => { try { return require(name); } catch (error) { return error.code; } };
exports.handler = async () => ({
  both: find('both'), first: find('first'), second: find('second'), mine: find('mine'), part: find('both/only-first'),
});\n`,
  'node_modules/mine/index.js': module('function'),
};

describe.each(['nodejs22.x', 'nodejs24.x'] as const)('layers in %s', (runtime) => {
  test("later ones lie over earlier ones, and the function's own packages over both", async () => {
    const prefix = `order-${runtime.slice(0, 8)}`;
    const layers = await nodeLayers(server.lambda, prefix);
    await deploy(server.lambda, prefix, NODE, { Runtime: runtime, Layers: layers });
    const merged = { first: 'first', second: 'second', mine: 'function', part: 'first' };
    expect((await invoke(server.lambda, prefix)).payload).toEqual({ both: 'second', ...merged });
    await server.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: prefix, Layers: layers.toReversed() }),
    );
    await untilUpdated(server.lambda, prefix);
    expect((await invoke(server.lambda, prefix)).payload).toEqual({ both: 'first', ...merged });
  });

  test("packages for the runtime's version come before those for every version", async () => {
    const name = `major-${runtime.slice(0, 8)}`;
    const layer = await publishFiles(server.lambda, name, {
      [`nodejs/node${runtime.slice(6, 8)}/node_modules/kind/index.js`]: module('of this version'),
      'nodejs/node18/node_modules/kind/index.js': module('of another'),
      'nodejs/node_modules/kind/index.js': module('of all'),
    });
    const code = { 'index.js': "exports.handler = async () => require('kind');\n" };
    await deploy(server.lambda, name, code, { Runtime: runtime, Layers: [layer] });
    expect((await invoke(server.lambda, name)).payload).toBe('of this version');
  });

  test('ES modules import packages of a layer by name', async () => {
    const name = `esm-${runtime.slice(0, 8)}`;
    const layer = await publishFiles(server.lambda, name, {
      'nodejs/node_modules/modern/package.json': '{"type":"module","exports":"./main.js"}',
      'nodejs/node_modules/modern/main.js': "export const from = 'layer';\n",
    });
    const code = {
      'index.mjs': "import { from } from 'modern';\nexport const handler = async () => from;\n",
    };
    await deploy(server.lambda, name, code, { Runtime: runtime, Layers: [layer] });
    expect((await invoke(server.lambda, name)).payload).toBe('layer');
  });
});

describe('layers in Python', () => {
  test('come after the code, site-packages before the rest, later layers over earlier ones', async () => {
    const first = await publishFiles(server.lambda, 'py-first', {
      'python/both.py': "WHERE = 'first'\n",
      'python/mine.py': "WHERE = 'first'\n",
      'python/package/__init__.py': "WHERE = 'first'\n",
      'python/package/part.py': "WHERE = 'first'\n",
      'python/json/__init__.py': "WHERE = 'first'\n",
    });
    const second = await publishFiles(server.lambda, 'py-second', {
      'python/both.py': "WHERE = 'second'\n",
      'python/package/__init__.py': "WHERE = 'second'\n",
      'python/lib/python3.12/site-packages/kind.py': "WHERE = 'site'\n",
      'python/kind.py': "WHERE = 'plain'\n",
    });
    const code = `
import both, mine, package, package.part, kind
def handler(event, context):
    return [both.WHERE, mine.WHERE, package.WHERE, package.part.WHERE, kind.WHERE]
`;
    await deploy(
      server.lambda,
      'py-order',
      { 'app.py': code, 'mine.py': "WHERE = 'function'\n" },
      { Runtime: 'python3.12', Handler: 'app.handler', Layers: [first, second] },
    );
    expect((await invoke(server.lambda, 'py-order')).payload).toEqual([
      'second',
      'function',
      'second',
      'first',
      'site',
    ]);
  });
});

describe('what else a layer brings', () => {
  const PATHS = `
const { execFileSync } = require('node:child_process');
exports.handler = async () => ({
  tool: execFileSync('layer-tool').toString().trim(),
  libraries: process.env.LD_LIBRARY_PATH.split(':').some((path) => require('node:fs').existsSync(path + '/liblayer.so.1')),
});\n`;

  test('programs in bin and libraries in lib are on their paths', async () => {
    const zip = rawZip([
      { name: 'bin/layer-tool', content: '#!/bin/sh\necho ran\n', mode: 0o100755 },
      { name: 'lib/liblayer.so.1', content: 'a library', mode: 0o100644 },
    ]);
    const { LayerVersionArn } = await publishLayer(server.lambda, { Content: { ZipFile: zip } });
    await deploy(server.lambda, 'paths', { 'index.js': PATHS }, { Layers: [LayerVersionArn] });
    expect((await invoke(server.lambda, 'paths')).payload).toEqual({ tool: 'ran', libraries: true });
  });

  test('a bootstrap runs a function of a custom runtime, unless its package has one', async () => {
    const bootstrap = (who: string): string => `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while :; do
  id=$(curl -sS -D - -o /dev/null "$api/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
  curl -sS -X POST "$api/$id/response" -d '"${who}"' >/dev/null
done
`;
    const layer = await publishFiles(server.lambda, 'runtime-layer', { bootstrap: bootstrap('layer') });
    const settings = { Runtime: 'provided.al2023' as const, Layers: [layer] };
    await deploy(server.lambda, 'borrowed', { 'readme.txt': 'no bootstrap' }, settings);
    expect((await invoke(server.lambda, 'borrowed')).payload).toBe('layer');
    await deploy(server.lambda, 'own', { bootstrap: bootstrap('package') }, settings);
    expect((await invoke(server.lambda, 'own')).payload).toBe('package');
  });
});

test('deleting a layer version changes nothing for functions and versions that have it', async () => {
  const [first, second] = await nodeLayers(server.lambda, 'kept');
  await deploy(server.lambda, 'kept', NODE, { Layers: [first, second] });
  await server.lambda.send(new PublishVersionCommand({ FunctionName: 'kept' }));
  for (const LayerName of ['kept-first', 'kept-second']) {
    await server.lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: 1 }));
  }
  const update = { FunctionName: 'kept', Layers: [first, second], MemorySize: 256 };
  await server.lambda.send(new UpdateFunctionConfigurationCommand(update));
  await untilUpdated(server.lambda, 'kept');
  expect((await invoke(server.lambda, 'kept')).payload).toMatchObject({ both: 'second', first: 'first' });

  await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'kept', Layers: [] }));
  await untilUpdated(server.lambda, 'kept');
  expect((await invoke(server.lambda, 'kept')).payload).toMatchObject({
    both: 'MODULE_NOT_FOUND',
    mine: 'function',
  });
  const published = await invoke(server.lambda, 'kept', {}, { Qualifier: '1' });
  expect(published.payload).toMatchObject({ both: 'second', first: 'first' });
});

test('a restart finds functions, versions and layers as they were', { timeout: 120_000 }, async () => {
  const { path, remove } = await temporaryDirectory();
  const before = await startServer({ dataDir: path });
  const layers = await nodeLayers(before.lambda, 'again');
  await deploy(before.lambda, 'again', NODE, { Layers: layers });
  await before.lambda.send(new PublishVersionCommand({ FunctionName: 'again' }));
  await before.lambda.send(new DeleteLayerVersionCommand({ LayerName: 'again-first', VersionNumber: 1 }));
  await before.kill();
  const after = await startServer({ dataDir: path });
  try {
    for (const Qualifier of ['$LATEST', '1']) {
      const answer = await invoke(after.lambda, 'again', {}, { Qualifier });
      expect(answer.payload).toMatchObject({ both: 'second', first: 'first', second: 'second' });
    }
    const next = await publishLayer(after.lambda, { LayerName: 'again-first' });
    expect(next.Version).toBe(2);
  } finally {
    expect(await after.stop()).toBe(0);
    await remove();
  }
});
