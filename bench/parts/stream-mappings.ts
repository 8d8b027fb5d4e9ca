import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  type Shard,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { median, type Placement } from './processes.ts';
import type { Row } from './report.ts';

const SHARDS = 16;
/** Records of one request, and of one batch for the function. */
const BATCH = 100;
/** The last record of every shard; the function says that it came. */
const END = 'end';
const SINK = `
  exports.handler = async ({ Records }) => {
    for (const { kinesis, eventSourceARN } of Records) {
      if (kinesis.data === '${Buffer.from(END).toString('base64')}') console.log('end of ' + eventSourceARN.split('/')[1]);
    }
  };
`;
const FUNCTION = 'stream-sink';

interface Clients {
  readonly lambent: Lambent;
  readonly kinesis: KinesisClient;
  readonly logs: CloudWatchLogsClient;
}

/** Records of a stream through a mapping and a real function, against the same stream read through the API at once. */
export async function measureStreamMappings(where: Placement, effort: Effort): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lambent-stream-mappings-'));
  const lambent = await Lambent.start(where.servers, [], { dataDir });
  const settings = {
    endpoint: lambent.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const clients = {
    lambent,
    kinesis: new KinesisClient(settings),
    logs: new CloudWatchLogsClient(settings),
  };
  try {
    await lambent.deploy(FUNCTION, 'nodejs24.x', { code: SINK, timeoutSeconds: 10 });
    const perShard = effort.isQuick ? 500 : 2000;
    const [raw, mapped]: [number[], number[]] = [[], []];
    for (let round = 0; round < effort.rounds; round += 1) {
      const name = `stream-${round}`;
      const shards = await filledStream(clients, name, perShard);
      raw.push(await rawRate(clients, name, shards, perShard));
      mapped.push(await mappedRate(clients, name, perShard));
    }
    return [
      {
        name: `a stream of ${SHARDS} shards through a mapping and a function, batches of ${BATCH}`,
        unit: 'records/s',
        ours: median(mapped),
        baseline: median(raw),
        ratio: median(mapped.map((rate, round) => rate / (raw[round] ?? rate))),
        goal: '',
      },
    ];
  } finally {
    clients.kinesis.destroy();
    clients.logs.destroy();
    await lambent.end();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function filledStream({ kinesis }: Clients, StreamName: string, perShard: number): Promise<Shard[]> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: SHARDS }));
  await waitUntilStreamExists({ client: kinesis, minDelay: 1, maxWaitTime: 30 }, { StreamName });
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  await Promise.all(
    Shards.map(async ({ HashKeyRange }) => {
      const record = (text: string) => ({
        Data: Buffer.from(text),
        PartitionKey: 'key',
        ExplicitHashKey: HashKeyRange?.StartingHashKey,
      });
      for (let put = 0; put < perShard; put += BATCH) {
        const Records = Array.from({ length: BATCH }, () => record('x'.repeat(200)));
        if (put + BATCH >= perShard) Records.splice(-1, 1, record(END));
        await putAll(kinesis, StreamName, Records);
      }
    }),
  );
  return Shards;
}

/** Again and again what a shard has no room for in this second. */
async function putAll(
  kinesis: KinesisClient,
  StreamName: string,
  all: readonly { Data: Uint8Array; PartitionKey: string; ExplicitHashKey: string | undefined }[],
): Promise<void> {
  let left = [...all];
  while (left.length > 0) {
    const { Records = [] } = await kinesis.send(new PutRecordsCommand({ StreamName, Records: left }));
    left = left.filter((_, index) => Records[index]?.ErrorCode !== undefined);
    if (left.length > 0) await after(100);
  }
}

async function rawRate(
  { kinesis }: Clients,
  StreamName: string,
  shards: readonly Shard[],
  perShard: number,
): Promise<number> {
  const beganAt = performance.now();
  await Promise.all(
    shards.map(async ({ ShardId }) => {
      const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
      let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start));
      for (let read = 0; read < perShard; ) {
        const page = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 10_000 }));
        read += page.Records?.length ?? 0;
        ShardIterator = page.NextShardIterator;
      }
    }),
  );
  return (shards.length * perShard * 1000) / (performance.now() - beganAt);
}

async function mappedRate({ lambent, logs }: Clients, name: string, perShard: number): Promise<number> {
  const beganAt = performance.now();
  await lambent.client.send(
    new CreateEventSourceMappingCommand({
      FunctionName: FUNCTION,
      EventSourceArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: BATCH,
    }),
  );
  const ends = new FilterLogEventsCommand({
    logGroupName: `/aws/lambda/${FUNCTION}`,
    filterPattern: `"end of ${name}"`,
  });
  for (;;) {
    const found = await logs.send(ends).catch(() => undefined);
    if ((found?.events?.length ?? 0) >= SHARDS) break;
    await after(20);
  }
  return (SHARDS * perShard * 1000) / (performance.now() - beganAt);
}
