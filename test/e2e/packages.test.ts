import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateFunctionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available, run } from '../support/commands.ts';
import { invoke } from '../support/functions.ts';
import { ROLE, startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { zipFolder } from '../support/zip.ts';

/** Functions as people ship them: with node_modules from npm, with packages from pip --target. */
const npmWorks = available('npm', 'view', 'dayjs', 'version');
const pipWorks = available(
  'python3',
  '-m',
  'pip',
  'download',
  '--no-deps',
  '--quiet',
  '-d',
  '/tmp/lambent-pip-probe',
  'six',
);

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

async function deployFolder(
  name: string,
  path: string,
  runtime: 'nodejs22.x' | 'python3.11',
  handler: string,
): Promise<void> {
  await server.lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: runtime,
      Handler: handler,
      Role: ROLE,
      MemorySize: 512,
      Timeout: 30,
      Code: { ZipFile: await zipFolder(path) },
    }),
  );
  await waitUntilFunctionActiveV2(
    { client: server.lambda, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { FunctionName: name },
  );
}

const NODE = `
import sharp from 'sharp';
import dayjs from 'dayjs';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';

const lambda = new LambdaClient({});

export const handler = async () => {
  const image = await sharp({ create: { width: 8, height: 4, channels: 3, background: '#336699' } }).png().toBuffer();
  const size = await sharp(image).metadata();
  const { Functions } = await lambda.send(new ListFunctionsCommand({}));
  return { width: size.width, height: size.height, date: dayjs('2026-02-01').add(1, 'month').format('YYYY-MM-DD'), functions: Functions.map((f) => f.FunctionName) };
};
`;

describe.skipIf(!npmWorks)('a function packaged with npm', { timeout: 180_000 }, () => {
  test('uses an image library, a date library and the AWS SDK that calls back', async () => {
    const path = join(folder.path, 'node');
    await mkdir(path);
    await writeFile(join(path, 'index.mjs'), NODE);
    await writeFile(join(path, 'package.json'), '{"name":"packaged","private":true}');
    const installed = await run('npm', ['install', '--no-audit', '--no-fund', 'sharp', 'dayjs'], {
      cwd: path,
      timeoutMs: 120_000,
    });
    expect(installed.code, installed.stderr).toBe(0);
    await deployFolder('packaged-node', path, 'nodejs22.x', 'index.handler');
    const answer = await invoke(server.lambda, 'packaged-node');
    expect(answer.payload).toEqual({ width: 8, height: 4, date: '2026-03-01', functions: ['packaged-node'] });
  });
});

const PYTHON = `
import dateutil.parser, yaml

def handler(event, context):
    when = dateutil.parser.parse(event["when"])
    return {"year": when.year, "yaml": yaml.safe_load("a: [1, 2]"), "from": dateutil.__file__.startswith(__file__.rsplit("/", 1)[0])}
`;

describe.skipIf(!pipWorks)('a function packaged with pip --target', { timeout: 180_000 }, () => {
  test('uses its own packages', async () => {
    const path = join(folder.path, 'python');
    await mkdir(path);
    await writeFile(join(path, 'app.py'), PYTHON);
    const installed = await run(
      'python3',
      ['-m', 'pip', 'install', '--quiet', '--target', path, 'python-dateutil', 'pyyaml'],
      { timeoutMs: 120_000 },
    );
    expect(installed.code, installed.stderr).toBe(0);
    await deployFolder('packaged-python', path, 'python3.11', 'app.handler');
    const answer = await invoke(server.lambda, 'packaged-python', { when: '21 November 2026' });
    expect(answer.payload).toEqual({ year: 2026, yaml: { a: [1, 2] }, from: true });
  });
});
