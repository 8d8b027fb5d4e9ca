import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, run } from '../support/commands.ts';
import { AWS_ENVIRONMENT, installedBoto3, installedClis } from '../support/aws-clis.ts';
import { ROLE, startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { zipOf } from '../support/zip.ts';

/** The stock AWS CLI and boto3, unmodified, from create to delete. */
const clis = installedClis();
const hasBoto3 = installedBoto3();

let server: TestServer;
let folder: { path: string; remove: () => Promise<void> };

beforeAll(async () => {
  server = await startServer();
  folder = await temporaryDirectory();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await folder.remove();
});

type Aws = (...args: string[]) => Promise<CommandResult>;

function cli(program: string): Aws {
  return async (...args) =>
    await run(program, ['--endpoint-url', server.endpoint, '--output', 'json', ...args], {
      cwd: folder.path,
      env: AWS_ENVIRONMENT,
    });
}

async function json(aws: Aws, ...args: string[]): Promise<Record<string, unknown>> {
  const result = await aws(...args);
  if (result.code !== 0) throw new Error(`aws ${args.join(' ')}: ${result.stderr}`);
  return JSON.parse(result.stdout) as Record<string, unknown>;
}

describe.skipIf(clis.length === 0).each(clis)(
  'the AWS CLI $version',
  { timeout: 120_000 },
  ({ program, version }) => {
    const aws = cli(program);

    test.each([
      {
        runtime: 'nodejs22.x',
        file: 'index.mjs',
        handler: 'index.handler',
        source: (word: string) =>
          `export const handler = async (event) => { console.log('seen', event.n); return { word: '${word}', n: event.n }; };\n`,
      },
      {
        runtime: 'python3.12',
        file: 'app.py',
        handler: 'app.handler',
        source: (word: string) =>
          `def handler(event, context):\n    print("seen", event["n"])\n    return {"word": "${word}", "n": event["n"]}\n`,
      },
    ])('takes a $runtime function through its life', async ({ runtime, file, handler, source }) => {
      const name = `cli-${version}-${runtime.replace('.', '-')}`;
      const first = await zipOf({ [file]: source('first') });
      await writeFile(join(folder.path, 'first.zip'), first);
      await writeFile(join(folder.path, 'second.zip'), await zipOf({ [file]: source('second') }));
      const created = await json(
        aws,
        'lambda',
        'create-function',
        '--function-name',
        name,
        '--runtime',
        runtime,
        '--handler',
        handler,
        '--role',
        ROLE,
        '--zip-file',
        'fileb://first.zip',
      );
      expect(created).toMatchObject({
        FunctionName: name,
        State: 'Pending',
        Runtime: runtime,
        Version: '$LATEST',
      });
      expect((await aws('lambda', 'wait', 'function-active-v2', '--function-name', name)).code).toBe(0);

      await writeFile(join(folder.path, 'event.json'), '{"n": 41}');
      const invoked = await json(
        aws,
        'lambda',
        'invoke',
        '--function-name',
        name,
        '--payload',
        'fileb://event.json',
        '--log-type',
        'Tail',
        'out.json',
      );
      expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
      expect(JSON.parse(await readFile(join(folder.path, 'out.json'), 'utf8'))).toEqual({
        word: 'first',
        n: 41,
      });
      expect(Buffer.from(String(invoked['LogResult']), 'base64').toString()).toMatch(
        /seen 41[\s\S]*REPORT RequestId/,
      );

      await json(
        aws,
        'lambda',
        'update-function-code',
        '--function-name',
        name,
        '--zip-file',
        'fileb://second.zip',
      );
      expect((await aws('lambda', 'wait', 'function-updated-v2', '--function-name', name)).code).toBe(0);
      await json(
        aws,
        'lambda',
        'invoke',
        '--function-name',
        name,
        '--payload',
        'fileb://event.json',
        'out.json',
      );
      expect(JSON.parse(await readFile(join(folder.path, 'out.json'), 'utf8'))).toEqual({
        word: 'second',
        n: 41,
      });

      const listed = (await json(aws, 'lambda', 'list-functions')) as {
        Functions: { FunctionName: string }[];
      };
      expect(listed.Functions.map((found) => found.FunctionName)).toContain(name);
      const got = (await json(aws, 'lambda', 'get-function', '--function-name', name)) as {
        Code: { Location: string };
      };
      const download = await fetch(got.Code.Location);
      expect(Buffer.from(await download.arrayBuffer())).toEqual(
        await readFile(join(folder.path, 'second.zip')),
      );

      // `logs tail` came with version 2.
      const read = version === '1' ? ['filter-log-events', '--log-group-name'] : ['tail'];
      const tailed = await aws('logs', ...read, `/aws/lambda/${name}`);
      expect(tailed.stdout).toContain('seen 41');
      expect((await aws('lambda', 'delete-function', '--function-name', name)).code).toBe(0);
      const gone = await aws('lambda', 'get-function', '--function-name', name);
      expect(gone.code).not.toBe(0);
      expect(gone.stderr).toContain(
        `(ResourceNotFoundException) when calling the GetFunction operation: Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      );
    });
  },
);

const BOTO3 = `
import base64, json, sys, boto3, io, zipfile
endpoint, role = sys.argv[1:3]
client = boto3.client("lambda", endpoint_url=endpoint)
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    archive.writestr("app.py", "def handler(event, context):\\n    return {'n': event['n'] + 1, 'memory': context.memory_limit_in_mb}\\n")
client.create_function(FunctionName="boto", Runtime="python3.12", Handler="app.handler", Role=role, Code={"ZipFile": buffer.getvalue()})
client.get_waiter("function_active_v2").wait(FunctionName="boto")
answer = client.invoke(FunctionName="boto", Payload=json.dumps({"n": 1}), LogType="Tail")
print(json.dumps({"payload": json.load(answer["Payload"]), "status": answer["StatusCode"], "log": base64.b64decode(answer["LogResult"]).decode()}))
names = [f["FunctionName"] for page in client.get_paginator("list_functions").paginate() for f in page["Functions"]]
assert "boto" in names, names
client.delete_function(FunctionName="boto")
try:
    client.get_function(FunctionName="boto")
    raise SystemExit("still there")
except client.exceptions.ResourceNotFoundException:
    pass
`;

describe.skipIf(!hasBoto3)('boto3', { timeout: 60_000 }, () => {
  test('creates, waits, invokes, lists and deletes', async () => {
    const result = await run('python3', ['-c', BOTO3, server.endpoint, ROLE], { env: AWS_ENVIRONMENT });
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toMatchObject({ payload: { n: 2, memory: '128' }, status: 200 });
  });
});
