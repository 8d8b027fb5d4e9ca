import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  CreateTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { lineMatching, median, outputOf, type Placement, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';
import { itemText, KINDS, MOST_AT, PARTITIONS, type TableKind } from './table-items.ts';

const CONCURRENCY = 16;
const TABLE = 'bench';
const ITEMS = PARTITIONS * MOST_AT;
/** A durable write shall take no two-digit number of milliseconds. */
const MOST_MS = 10;

interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Baselines {
  /** Bare statements behind a bare server, under the same load; each write with a commit of its own. */
  readonly served: Figures[];
  /** Bare statements without anything around them, writes so many to a commit as there are connections. */
  readonly grouped: Figures[];
  /** The same, writes with a commit each. */
  readonly single: Figures[];
}

/** Of what bare statements behind a bare server do. */
const GOALS: Readonly<Record<TableKind, string>> = {
  put: '>= 0.3',
  update: '>= 0.2',
  get: '>= 0.2',
  query: '>= 0.2',
};
const NAMES: Readonly<Record<TableKind, string>> = {
  put: 'PutItem of a kilobyte, on disk',
  update: 'UpdateItem, on disk',
  get: 'GetItem',
  query: 'Query of 10 items',
};

/**
 * Operations on items through the API, by 16 connections, against the statements they need in a bare SQLite: behind a bare
 * server under the same load, and one after the other without anything around them.
 */
export async function measureTables(where: Placement, effort: Effort): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-tables-'));
  const lambent = await Lambent.start(where.servers, [], { dataDir: join(directory, 'data') });
  const slice = String(effort.sliceMs);
  const bare = startNode(
    [join(import.meta.dirname, 'table-server.ts'), join(directory, 'bare.db')],
    where.servers,
  );
  const barePort = Number(new URL(await lineMatching(bare, /http:.*/)).port);
  const load = async (kind: TableKind, port: number, path = '/') =>
    await figuresOf(
      ['table-load.ts', String(port), TABLE, kind, String(CONCURRENCY), slice, path],
      where.generator,
    );
  const raw = async (kind: TableKind, perCommit: number) =>
    await figuresOf(
      ['raw-tables.ts', join(directory, 'raw.db'), kind, String(perCommit), slice],
      where.servers,
    );
  try {
    await fillTable(lambent.endpoint);
    const rows: Row[] = [];
    for (const kind of KINDS) {
      const ours: Figures[] = [];
      const baselines: Baselines = { served: [], grouped: [], single: [] };
      for (let round = 0; round < effort.rounds; round += 1) {
        baselines.grouped.push(await raw(kind, CONCURRENCY));
        ours.push(await load(kind, lambent.port));
        baselines.served.push(await load(kind, barePort, `/${kind}`));
        if (isWrite(kind)) baselines.single.push(await raw(kind, 1));
      }
      rows.push(...rowsOf(kind, ours, baselines));
    }
    return rows;
  } finally {
    await stop(bare);
    await lambent.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function isWrite(kind: TableKind): boolean {
  return kind === 'put' || kind === 'update';
}

async function figuresOf(words: readonly string[], cpus: string | undefined): Promise<Figures> {
  return JSON.parse(await outputOf(words, cpus)) as Figures;
}

function rowsOf(kind: TableKind, ours: readonly Figures[], { served, grouped, single }: Baselines): Row[] {
  const name = `${NAMES[kind]}, ${CONCURRENCY} connections`;
  const rate = (baseline: readonly Figures[], against: string, goal: string): Row => ({
    name: `${name}, ${against}`,
    unit: isWrite(kind) ? 'writes/s' : 'reads/s',
    ours: median(ours.map(({ perSecond }) => perSecond)),
    baseline: median(baseline.map(({ perSecond }) => perSecond)),
    ratio: median(ours.map(({ perSecond }, round) => perSecond / (baseline[round]?.perSecond ?? perSecond))),
    goal,
  });
  const behind = rate(served, 'bare statements behind node:http', GOALS[kind]);
  if (!isWrite(kind)) return [behind, rate(grouped, 'bare statements', '')];
  const p50 = median(ours.map(({ p50Ms }) => p50Ms));
  return [
    behind,
    rate(grouped, `bare statements, ${CONCURRENCY} to a commit`, ''),
    rate(single, 'bare statements, a commit each', ''),
    { name: `${name}, p50`, unit: 'ms', ours: p50, baseline: MOST_MS, ratio: p50 / MOST_MS, goal: '<= 1' },
  ];
}

async function fillTable(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
    }),
  );
  for (let first = 0; first < ITEMS; first += 25) {
    const requests = Array.from({ length: 25 }, (_, index) => ({
      PutRequest: { Item: JSON.parse(itemText(first + index)) },
    })) as NonNullable<BatchWriteItemCommandInput['RequestItems']>[string];
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
  }
  client.destroy();
}
