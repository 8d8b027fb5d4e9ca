import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  DescribeLogStreamsCommand,
  type FilteredLogEvent,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { installedClis } from '../support/aws-clis.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const PRINTER = 'exports.handler = async (event) => { console.log("line", event.n); return event.n; };';

/** `logs tail` came with version 2 of the AWS CLI. */
const cli2 = installedClis().find(({ version }) => version === '2')?.program;
if (cli2 === undefined) console.log('skipped: logs tail needs version 2 of the AWS CLI');

describe.skipIf(cli2 === undefined)('aws logs tail --follow', { timeout: 60_000 }, () => {
  test('shows every line once, as it comes', async () => {
    await deploy(server.lambda, 'followed', { 'index.js': PRINTER });
    await invoke(server.lambda, 'followed', { n: 0 });
    const follower = spawn(
      cli2 ?? '',
      [
        '--endpoint-url',
        server.endpoint,
        'logs',
        'tail',
        '/aws/lambda/followed',
        '--follow',
        '--format',
        'short',
      ],
      {
        env: {
          ...process.env,
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_DEFAULT_REGION: 'us-east-1',
          PYTHONUNBUFFERED: '1',
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let shown = '';
    follower.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    const seen = async (): Promise<string[]> =>
      [...shown.matchAll(/INFO\tline (\d+)/g)].map((match) => match[1] ?? '');
    await eventually(seen, (lines) => lines.length > 0, 30_000);
    for (let n = 1; n <= 20; n += 1) await invoke(server.lambda, 'followed', { n });
    const lines = await eventually(seen, (found) => found.length >= 21, 30_000);
    expect(lines.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 21 }, (_, n) => String(n)),
    );
    follower.kill();
    await once(follower, 'exit');
  });
});

test('printing 100 MB neither stalls nor bloats the platform, and what is lost is said', {
  timeout: 120_000,
}, async () => {
  const flood = `
const line = 'x'.repeat(1000);
exports.handler = async () => { for (let i = 0; i < 100000; i += 1) console.log(line); return 'done'; };`;
  const name = uniqueName('flood');
  await deploy(server.lambda, name, { 'index.js': flood }, { Timeout: 60, MemorySize: 512 });
  const bystanderName = uniqueName('bystander');
  await deploy(server.lambda, bystanderName, { 'index.js': PRINTER });
  await invoke(server.lambda, bystanderName, { n: 1 });
  const flooding = invoke(server.lambda, name);
  const bystander = await beside(flooding, async () => await invoke(server.lambda, bystanderName, { n: 2 }));
  expect(bystander.payload).toBe(2);
  expect((await flooding).payload).toBe('done');
  const resident = Number(
    /VmRSS:\s+(\d+)/.exec(
      spawnSync('cat', [`/proc/${server.process.pid}/status`], { encoding: 'utf8' }).stdout,
    )?.[1] ?? 0,
  );
  expect(resident / 1024).toBeLessThan(700);
  const streams = await server.logs.send(
    new DescribeLogStreamsCommand({ logGroupName: `/aws/lambda/${name}` }),
  );
  expect(streams.logStreams).toHaveLength(1);
  const found = await eventually(
    async () => {
      // A page looks through so much text and no more: the report may be behind several.
      const pages = paginateFilterLogEvents(
        { client: server.logs },
        { logGroupName: `/aws/lambda/${name}`, filterPattern: '"REPORT RequestId"' },
      );
      const reports: FilteredLogEvent[] = [];
      for await (const { events = [] } of pages) reports.push(...events);
      return reports;
    },
    (events) => events.length > 0,
  );
  expect(found[0]?.message).toContain('REPORT RequestId');
});
