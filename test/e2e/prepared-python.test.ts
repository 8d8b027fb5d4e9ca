import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available } from '../support/commands.ts';
import { deploy, invoke } from '../support/functions.ts';
import { together, UNTIL_OPEN_PYTHON } from '../support/overlap.ts';
import { startsOf, untilPrepared } from '../support/prepared.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

const RUNTIME = 'python3.11' as const;
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ['--prepared', '1'] });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

async function deployPython(name: string, files: Record<string, string>, settings = {}): Promise<void> {
  const given = { Runtime: RUNTIME, Handler: 'app.handler', Timeout: 30, ...settings };
  await deploy(server.lambda, name, files, given);
}

/** Whether the function's environments had been prepared, each way once. */
async function startedHow(name: string): Promise<Set<boolean>> {
  return new Set((await startsOf(server, name)).values());
}

/** Everything a function could tell its start by, except for time and memory. */
const OBSERVE = `
import os, sys
loaded = sorted(name for name in sys.modules if name != 'lambent_prepared')
def handler(event, context):
    answer = {'stream': context.log_stream_name, 'seen': {
        'env': dict(os.environ), 'cwd': os.getcwd(), 'argv': sys.argv, 'path': list(sys.path), 'loaded': loaded,
        'flags': str(sys.flags), 'finders': [str(f if isinstance(f, type) else type(f)) for f in sys.meta_path],
        'function': [context.function_name, context.memory_limit_in_mb, context.function_version, context.log_group_name],
        'descriptors': os.path.exists('/proc/self/fd') and len(os.listdir('/proc/self/fd')),
    }}
    sys.path.insert(0, 'vendor')
    from gate import until_open
    until_open(event['gate'], context.invoked_function_arn)
    return answer
`;
/** Where nobody looks for what will be imported. */
const GATE = { 'vendor/gate.py': UNTIL_OPEN_PYTHON };
/** Differ from one environment to the next however it was started. */
const OWN =
  /^(?:AWS_LAMBDA_(?:LOG_STREAM_NAME|RUNTIME_API|METADATA_\w+)|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|TMPDIR|_X_AMZN_TRACE_ID)$/;

interface Observed {
  readonly stream: string;
  readonly seen: { readonly env: Record<string, string> };
}

test('a function cannot tell whether its runtime had been prepared', async () => {
  const settings = { Environment: { Variables: { OWN: '1' } }, Timeout: 60 };
  await deployPython('observe', { 'app.py': OBSERVE, ...GATE }, settings);
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
  expect(observed[0]?.seen.env).toMatchObject({ OWN: '1', _HANDLER: 'app.handler' });
});

test('what only counts at the start of the interpreter starts the ordinary way', async () => {
  const code = { 'app.py': 'def handler(event, context): return hash("a")' };
  await deployPython('hash-seed', code, { Environment: { Variables: { PYTHONHASHSEED: '0' } } });
  const first = (await invoke(server.lambda, 'hash-seed')).payload;
  expect(await startedHow('hash-seed')).toEqual(new Set([false]));
  await deployPython('hash-seed-too', code, { Environment: { Variables: { PYTHONHASHSEED: '0' } } });
  expect((await invoke(server.lambda, 'hash-seed-too')).payload).toBe(first);
});

test('logging works as ever where it was imported ahead', async () => {
  const code = `
import json, logging
logging.getLogger().setLevel('INFO')
def handler(event, context):
    logging.info('hello')
    logging.getLogger('own').warning('there')
    print(json.dumps({'a': 1}))
    return len(logging.getLogger().handlers)
`;
  await deployPython('logs', { 'app.py': code });
  await untilPrepared(server, RUNTIME, ['json', 'logging']);
  const { payload, log, requestId } = await invoke(server.lambda, 'logs');
  expect(await startedHow('logs')).toEqual(new Set([true]));
  expect(payload).toBe(1);
  expect(log).toMatch(new RegExp(`\\[INFO\\]\\t[\\d:.TZ-]+\\t${requestId}\\thello\\n`));
  expect(log).toContain(`${requestId}\tthere\n{"a": 1}\n`);
});

test('a module of the function’s own stands in the place of one imported ahead', async () => {
  const code = 'import json\ndef handler(event, context): return json.own';
  await deployPython('own-json', { 'app.py': code, 'json.py': 'own = "own"' });
  await untilPrepared(server, RUNTIME, ['json']);
  expect((await invoke(server.lambda, 'own-json')).payload).toBe('own');
  expect(await startedHow('own-json')).toEqual(new Set([true]));
});

test('a finder of the function’s own sees every import', async () => {
  const code = `
import sys
class Watch:
    seen = []
    def find_spec(self, name, path=None, target=None):
        self.seen.append(name)
sys.meta_path.insert(0, Watch())
import json
def handler(event, context): return 'json.decoder' in Watch.seen
`;
  await deployPython('watch', { 'app.py': code });
  await untilPrepared(server, RUNTIME, ['json']);
  expect((await invoke(server.lambda, 'watch')).payload).toBe(true);
});

describe.skipIf(!available('python3.11', '-c', 'import boto3'))('boto3', () => {
  const ask = `
import boto3, botocore.session, json
names = [f['FunctionName'] for f in boto3.client('lambda').list_functions()['Functions']]
def handler(event, context): return [boto3.__spec__.name, boto3.__spec__.origin == boto3.__file__, 'ask' in names]
`;

  test('is imported ahead', async () => {
    await deployPython('ask', { 'app.py': ask }, { MemorySize: 256 });
    await untilPrepared(server, RUNTIME, ['boto3']);
    expect((await invoke(server.lambda, 'ask')).payload).toEqual(['boto3', true, true]);
    expect(await startedHow('ask')).toEqual(new Set([true]));
  });

  test.each([
    ['the function', {}],
    ['a folder it adds to the path', { folder: 'vendored/' }],
  ])('is the one of %s where that brings it', async (title, { folder = '' }: { folder?: string }) => {
    const name = `own-boto3-${title.length}`;
    const code = `import os, sys\nsys.path.insert(0, os.path.join(os.getcwd(), 'vendored'))\nimport boto3\ndef handler(event, context): return boto3.own`;
    await deployPython(name, { 'app.py': code, [`${folder}boto3/__init__.py`]: 'own = "own"' });
    await untilPrepared(server, RUNTIME, folder === '' ? [] : ['boto3']);
    expect((await invoke(server.lambda, name)).payload).toBe('own');
    expect(await startedHow(name)).toEqual(new Set([true]));
  });

  test('is the one of a layer where that brings a part of it', async () => {
    const layer = await server.lambda.send(
      new PublishLayerVersionCommand({
        LayerName: 'parts',
        Content: { ZipFile: await zipOf({ 'python/jmespath.py': 'own = "own"\nexceptions = None' }) },
      }),
    );
    const code = 'import boto3, jmespath\ndef handler(event, context): return jmespath.own';
    await deployPython('layer-part', { 'app.py': code }, { Layers: [layer.LayerVersionArn] });
    await untilPrepared(server, RUNTIME, ['boto3']);
    const { payload } = await invoke(server.lambda, 'layer-part');
    expect(await startedHow('layer-part')).toEqual(new Set([true]));
    expect(payload).toBe('own');
  });
});
