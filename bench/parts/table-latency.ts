import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventSourceMappingCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import type { Placement } from './processes.ts';
import type { Row } from './report.ts';

const FUNCTION = 'witness';
const PAUSE_MS = 5;
const WITHIN_MS = 60_000;
const NS_PER_MS = 1e6;

/** Writes down which items it was told of, and when by the machine's clock. */
const source = (directory: string): string => `
const { openSync, writeSync } = require('node:fs');
const times = openSync('${directory}/' + process.pid + '.times', 'a');
exports.handler = async ({ Records = [] }) => {
  const now = process.hrtime.bigint();
  for (const { dynamodb } of Records) writeSync(times, dynamodb.Keys.id.S + ' ' + now + '\\n');
};
`;

/**
 * Time from a write's answer until a function has it by way of the table's stream and a mapping, writes one after the other,
 * against a bare invoke of the same function there and back.
 */
export async function measureTableLatency(where: Placement, effort: Effort): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-table-latency-'));
  // The level at which functions write where the benchmark reads.
  const lambent = await Lambent.start(where.servers, ['--isolation', 'process'], {
    dataDir: join(directory, 'data'),
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: lambent.endpoint, region: 'us-east-1', credentials });
  try {
    await lambent.deploy(FUNCTION, 'nodejs24.x', { code: source(directory), timeoutSeconds: 10 });
    await mapTable(lambent, client);
    const count = effort.isQuick ? 200 : 1000;
    await writeAll(client, 'warm', count / 4);
    await timesOf(directory, 'warm', count / 4);
    const invokes = await invokeAll(lambent, count);
    const answered = await writeAll(client, 'item', count);
    const seen = await timesOf(directory, 'item', count);
    const lags = answered.map((at, index) => Number((seen.get(`item ${index}`) ?? 0n) - at) / NS_PER_MS);
    return [row('p50', lags, invokes, 0.5, '<= 1'), row('p99', lags, invokes, 0.99, '')];
  } finally {
    client.destroy();
    await lambent.end();
    await rm(directory, { recursive: true, force: true });
  }
}

function row(
  name: string,
  lags: readonly number[],
  invokes: readonly number[],
  share: number,
  goal: string,
): Row {
  const at = (times: readonly number[]): number =>
    times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
  const [ours, baseline] = [at(lags), at(invokes)];
  return {
    name: `a table's write until a function has it, ${name}; a bare invoke`,
    unit: 'ms',
    ours,
    baseline,
    ratio: ours / baseline,
    goal,
  };
}

async function mapTable(lambent: Lambent, client: DynamoDBClient): Promise<void> {
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName: 'latency',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  await lambent.client.send(
    new CreateEventSourceMappingCommand({
      FunctionName: FUNCTION,
      EventSourceArn: TableDescription?.LatestStreamArn,
      StartingPosition: 'TRIM_HORIZON',
    }),
  );
}

/** @returns when each was answered, ns */
async function writeAll(client: DynamoDBClient, name: string, count: number): Promise<bigint[]> {
  const answered: bigint[] = [];
  for (let index = 0; index < count; index += 1) {
    const Item = { id: { S: `${name} ${index}` }, text: { S: 'x'.repeat(1000) } };
    await client.send(new PutItemCommand({ TableName: 'latency', Item }));
    answered.push(process.hrtime.bigint());
    await after(PAUSE_MS);
  }
  return answered;
}

/** @returns ms */
async function invokeAll({ client }: Lambent, count: number): Promise<number[]> {
  const took: number[] = [];
  const Payload = Buffer.from(JSON.stringify({ text: 'x'.repeat(1000) }));
  for (let index = 0; index < count; index += 1) {
    const beganAt = performance.now();
    await client.send(new InvokeCommand({ FunctionName: FUNCTION, Payload }));
    took.push(performance.now() - beganAt);
    await after(PAUSE_MS);
  }
  return took;
}

/** When the function had each item, ns, by its key; once it has had so many. */
async function timesOf(directory: string, name: string, count: number): Promise<Map<string, bigint>> {
  for (const deadline = performance.now() + WITHIN_MS; ; await after(20)) {
    const seen = new Map<string, bigint>();
    for (const file of (await readdir(directory)).filter((one) => one.endsWith('.times'))) {
      const lines = (await readFile(join(directory, file), 'utf8')).split('\n');
      for (const line of lines.filter((one) => one.startsWith(name))) {
        const end = line.lastIndexOf(' ');
        seen.set(line.slice(0, end), BigInt(line.slice(end + 1)));
      }
    }
    if (seen.size >= count) return seen;
    if (performance.now() > deadline) throw new Error(`the function has had ${seen.size} of ${count} items`);
  }
}
