import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { together, UNTIL_OPEN } from '../support/overlap.ts';
import { preparedCounts, spareCounts, startsOf, untilPrepared } from '../support/prepared.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { withoutNamespaces } from '../support/without-namespaces.ts';
import { zipOf } from '../support/zip.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const RUNTIME = 'nodejs24.x';
const noNamespaces = withoutNamespaces();
if (noNamespaces !== undefined) console.log(`Counts of spare sandboxes are not tested: ${noNamespaces}`);
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ['--prepared', '1'] });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

/** Everything a function could tell its start by, except for time and memory. */
const OBSERVE = `${UNTIL_OPEN}
const fs = require('node:fs');
const Module = require('node:module');
const loadedAt = Object.keys(require.cache);
exports.handler = async ({ gate }, { invokedFunctionArn }) => {
  const answer = {
    stream: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    seen: {
      env: process.env, cwd: process.cwd(), argv: process.argv, execArgv: process.execArgv, title: process.title,
      paths: module.paths, global: Module.globalPaths, globals: Object.getOwnPropertyNames(globalThis).sort(),
      main: require.main === undefined, loaded: loadedAt.filter((path) => !path.includes('/prepared.cjs')).length,
      listeners: process.eventNames().map(String), descriptors: fs.existsSync('/proc/self/fd') && fs.readdirSync('/proc/self/fd').length,
    },
  };
  await untilOpen(gate, invokedFunctionArn);
  return answer;
};`;
/** Differ from one environment to the next however it was started. */
const OWN =
  /^(?:AWS_LAMBDA_(?:LOG_STREAM_NAME|RUNTIME_API|METADATA_\w+)|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|TMPDIR|_X_AMZN_TRACE_ID)$/;

interface Observed {
  readonly stream: string;
  readonly seen: { readonly env: Record<string, string> };
}

test('nothing is prepared before there is a function', async () => {
  expect(await preparedCounts(server)).toEqual([]);
});

test.skipIf(noNamespaces !== undefined)(
  'sandboxes that wait for the next environment are counted',
  async () => {
    await deploy(
      server.lambda,
      'counted',
      { 'index.js': 'exports.handler = async () => 1;' },
      { Runtime: RUNTIME },
    );
    await invoke(server.lambda, 'counted');
    const counts = await eventually(
      async () => await spareCounts(server),
      (shapes) => shapes.length > 0 && shapes.every(({ ready, wanted }) => ready === wanted),
    );
    for (const { directories, openFiles, ready } of counts) {
      expect(directories.some((directory) => directory.startsWith('/'))).toBe(true);
      expect(openFiles).toBeGreaterThanOrEqual(1024);
      expect(ready).toBeGreaterThan(0);
    }
  },
);

test('a function cannot tell whether its runtime had been prepared', async () => {
  await deploy(
    server.lambda,
    'observe',
    { 'index.js': OBSERVE },
    { Environment: { Variables: { OWN: '1' } }, Timeout: 60 },
  );
  await untilPrepared(server, RUNTIME);
  // Nothing is prepared while others start: most of them find none.
  const answers = await together(
    server,
    'observe',
    6,
    async (event) => await invoke(server.lambda, 'observe', event),
  );
  const observed = answers.map(({ payload }) => payload as Observed);
  const starts = await startsOf(server, 'observe');
  expect(new Set(observed.map(({ stream }) => starts.get(stream)))).toEqual(new Set([false, true]));
  for (const { seen } of observed) {
    for (const name of Object.keys(seen.env)) if (OWN.test(name)) delete seen.env[name];
  }
  for (const { seen } of observed) expect(seen).toEqual(observed[0]?.seen);
  expect(observed[0]?.seen.env).toMatchObject({ OWN: '1', _HANDLER: 'index.handler' });
  const prepared = answers.filter((_, index) => starts.get(observed[index]?.stream ?? '') === true);
  expect(prepared.some(({ log }) => /Init Duration: \d+\.\d\d ms/.test(log))).toBe(true);
});

test('no function finds anything of another, nor its runtime', async () => {
  const code =
    'exports.handler = async () => ({ began: performance.timeOrigin, secret: process.env.SECRET ?? null, left: globalThis.left });\nglobalThis.left = process.env.SECRET;';
  const begins = new Set<number>();
  for (const [name, variables] of [
    ['first', { SECRET: 'x' }],
    ['second', {}],
    ['third', {}],
  ] as const) {
    await deploy(server.lambda, name, { 'index.js': code }, { Environment: { Variables: variables } });
    await untilPrepared(server, RUNTIME);
    const { payload } = await invoke(server.lambda, name);
    expect([...(await startsOf(server, name)).values()]).toEqual([true]);
    expect(payload).toMatchObject(name === 'first' ? { secret: 'x' } : { secret: null });
    expect((payload as { left?: string }).left).toBe(name === 'first' ? 'x' : undefined);
    begins.add((payload as { began: number }).began);
  }
  expect(begins.size).toBe(3);
});

describe('what only counts at the start of a process', () => {
  test.each([
    [{ TZ: 'Asia/Tokyo' }, 'new Date(0).getHours()', 9],
    [{ NODE_OPTIONS: '--title=own' }, 'process.title', 'own'],
    [{ UV_THREADPOOL_SIZE: '9' }, 'process.env.UV_THREADPOOL_SIZE', '9'],
  ] as const)('%j starts the ordinary way and has its effect', async (variables, expression, expected) => {
    const name = `start-${Object.keys(variables)[0]}`;
    const files = { 'index.js': `exports.handler = async () => ${expression};` };
    await deploy(server.lambda, name, files, { Environment: { Variables: variables } });
    expect((await invoke(server.lambda, name)).payload).toBe(expected);
    expect([...(await startsOf(server, name)).values()]).toEqual([false]);
  });

  test.each([
    ['libraries', { 'lib/libown.so': '' }, {}],
    ['a larger /tmp', {}, { EphemeralStorage: { Size: 1024 } }],
  ])('%s start the ordinary way', async (title, files, settings) => {
    const name = `start-${title.replaceAll(/\W+/g, '-')}`;
    const code = { 'index.js': 'exports.handler = async () => 1;', ...files };
    await deploy(server.lambda, name, code, settings);
    expect((await invoke(server.lambda, name)).payload).toBe(1);
    expect([...(await startsOf(server, name)).values()]).toEqual([false]);
  });
});

test('the working directory, relative files and the JSON log format are the function’s own', async () => {
  const code = `
const text = require('node:fs').readFileSync('text.txt', 'utf8');
console.log('loaded');
exports.handler = async () => text;`;
  const files = { 'index.js': code, 'text.txt': 'own' };
  await deploy(server.lambda, 'json-log', files, { LoggingConfig: { LogFormat: 'JSON' } });
  await untilPrepared(server, RUNTIME);
  const { payload, log } = await invoke(server.lambda, 'json-log');
  expect([...(await startsOf(server, 'json-log')).values()]).toEqual([true]);
  expect(payload).toBe('own');
  expect(log).toContain('"type":"platform.report"');
});

test('an initialisation that fails is reported as ever, and tried again in the invocation', async () => {
  const code = `throw new Error('no ' + process.env.AWS_LAMBDA_FUNCTION_NAME);`;
  await deploy(server.lambda, 'broken', { 'index.js': code });
  await untilPrepared(server, RUNTIME);
  const { functionError, payload, log } = await invoke(server.lambda, 'broken');
  expect([...(await startsOf(server, 'broken')).values()]).toEqual([true]);
  expect(functionError).toBe('Unhandled');
  expect(payload).toMatchObject({ errorType: 'Error', errorMessage: 'no broken' });
  expect(log).toContain('INIT_REPORT');
});

describe('packages of the AWS SDK', () => {
  const S3 = '@aws-sdk/client-s3';
  const codes = {
    require: {
      'index.js': `const { S3Client } = require('${S3}');\nexports.handler = async () => [typeof new S3Client({}).send, require.resolve('${S3}').includes('/task/')];`,
    },
    import: {
      'index.mjs': `import { S3Client } from '${S3}';\nexport const handler = async () => [typeof new S3Client({}).send, false];`,
    },
  };

  test.each(Object.entries(codes))('that a function will %s are loaded ahead', async (name, files) => {
    await deploy(server.lambda, `sdk-${name}`, files, { MemorySize: 128 });
    await untilPrepared(server, RUNTIME, [S3]);
    expect((await invoke(server.lambda, `sdk-${name}`)).payload).toEqual(['function', false]);
    expect([...(await startsOf(server, `sdk-${name}`)).values()]).toEqual([true]);
  });

  const own = (path: string) => ({
    [`${path}/${S3}/package.json`]: '{"name":"own","version":"0.0.1","main":"own.js"}',
    [`${path}/${S3}/own.js`]: 'module.exports = { own: true };',
  });
  const ask = { 'index.js': `exports.handler = async () => require('${S3}').own === true;` };

  test('are the function’s own where it brings them', async () => {
    await deploy(server.lambda, 'own-sdk', { ...ask, ...own('node_modules') });
    expect((await invoke(server.lambda, 'own-sdk')).payload).toBe(true);
  });

  test('are a layer’s where it brings them, also beside loaded ones', async () => {
    const layer = await server.lambda.send(
      new PublishLayerVersionCommand({
        LayerName: 'sdk',
        Content: { ZipFile: await zipOf(own('nodejs/node_modules')) },
      }),
    );
    const code = { 'index.js': `const sqs = require('@aws-sdk/client-sqs');\n${ask['index.js']}` };
    await deploy(server.lambda, 'layer-sdk', code, { Layers: [layer.LayerVersionArn ?? ''] });
    await untilPrepared(server, RUNTIME, ['@aws-sdk/client-sqs']);
    expect((await invoke(server.lambda, 'layer-sdk')).payload).toBe(true);
    expect([...(await startsOf(server, 'layer-sdk')).values()]).toEqual([true]);
  });

  test('are left alone for code that watches them load', async () => {
    const code = {
      'index.js': `require('${S3}');\nexports.handler = async () => Object.keys(require.cache).length;`,
    };
    const watcher = { 'node_modules/require-in-the-middle/index.js': '' };
    await deploy(server.lambda, 'watcher', { ...code, ...watcher });
    await untilPrepared(server, RUNTIME);
    await invoke(server.lambda, 'watcher');
    expect([...(await startsOf(server, 'watcher')).values()]).toEqual([true]);
  });
});

test('with 0 nothing is prepared', async () => {
  const none = await startServer({ flags: ['--prepared', '0'] });
  try {
    await deploy(none.lambda, 'plain', { 'index.js': 'exports.handler = async () => 1;' });
    expect((await invoke(none.lambda, 'plain')).payload).toBe(1);
    expect([...(await startsOf(none, 'plain')).values()]).toEqual([false]);
    expect(await preparedCounts(none)).toEqual([]);
  } finally {
    await none.stop();
  }
});
