import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStreamCommand, KinesisClient, waitUntilStreamExists } from '@aws-sdk/client-kinesis';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { median, type Placement, rateOf } from './processes.ts';
import type { Row } from './report.ts';

/** So many that no shard's limit is in the way. */
const SHARDS = 128;
const CONCURRENCY = 64;
const STREAM = 'bench';

/**
 * Records of a kilobyte into a stream through the API, a hundred at a time and one by one, on disk before the answer,
 * against bare rows of that size into the same store: one write each, sharing commits as they come.
 */
export async function measureRecords(where: Placement, effort: Effort): Promise<Row[]> {
  const directories = await Promise.all(
    ['records', 'raw'].map((name) => mkdtemp(join(tmpdir(), `lambent-${name}-`))),
  );
  const [dataDir = '', rawDir = ''] = directories;
  const lambent = await Lambent.start(where.servers, [], { dataDir });
  const load = async (connections: number, records: number): Promise<number> => {
    const words = [lambent.port, STREAM, connections, records, effort.sliceMs].map(String);
    return await rateOf(['record-load.ts', ...words], where.generator);
  };
  const figures = { many: [] as number[], single: [] as number[], raw: [] as number[] };
  try {
    await createStream(lambent.port);
    for (let round = 0; round < effort.rounds; round += 1) {
      const raw = ['store-load.ts', rawDir, 'single', String(CONCURRENCY), String(effort.sliceMs)];
      figures.raw.push(await rateOf(raw, where.servers));
      figures.many.push(await load(8, 100));
      figures.single.push(await load(CONCURRENCY, 1));
    }
    return [
      row('PutRecords of 100, on disk, 8 connections', figures.many, figures.raw, '>= 1'),
      row('PutRecord, on disk, 64 connections', figures.single, figures.raw, ''),
    ];
  } finally {
    await lambent.stop();
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  }
}

function row(name: string, ours: readonly number[], raw: readonly number[], goal: string): Row {
  const ratios = ours.map((perSecond, round) => perSecond / (raw[round] ?? perSecond));
  const unit = 'records/s';
  return { name, unit, ours: median(ours), baseline: median(raw), ratio: median(ratios), goal };
}

async function createStream(port: number): Promise<void> {
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new KinesisClient({ endpoint, region: 'us-east-1', credentials });
  await client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: SHARDS }));
  await waitUntilStreamExists({ client, minDelay: 1, maxWaitTime: 30 }, { StreamName: STREAM });
  client.destroy();
}
