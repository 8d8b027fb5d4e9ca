import { GetRecordsCommand, type KinesisClient, UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory } from '../support/server.ts';
import {
  iteratorOf,
  kinesisFor,
  makeStream,
  putTexts,
  shardIdsOf,
  type TestStream,
} from '../support/streams.ts';

/** LAMBENT_KILLS=50 is the long run. */
const KILLS = Number(process.env['LAMBENT_KILLS'] ?? 5);
const WRITERS = 4;
const BATCH = 20;

/** What the client was told of a record. */
interface Acknowledged {
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** Puts batches until the server is gone. @param words counts up over all writers */
async function write(
  kinesis: KinesisClient,
  stream: TestStream,
  words: () => string,
  known: Map<string, Acknowledged>,
): Promise<void> {
  for (;;) {
    const texts = Array.from({ length: BATCH }, words);
    const { Records = [] } = await putTexts(kinesis, stream, texts);
    for (const [index, { ShardId, SequenceNumber }] of Records.entries()) {
      if (ShardId !== undefined && SequenceNumber !== undefined)
        known.set(texts[index] ?? '', { shardId: ShardId, sequenceNumber: SequenceNumber });
    }
  }
}

interface Found extends Acknowledged {
  readonly text: string;
}

async function everything(kinesis: KinesisClient, stream: TestStream): Promise<Found[]> {
  const found: Found[] = [];
  for (const ShardId of await shardIdsOf(kinesis, stream.name)) {
    let ShardIterator = await iteratorOf(kinesis, stream, { ShardId });
    for (;;) {
      const page = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      for (const { Data, SequenceNumber = '' } of page.Records ?? [])
        found.push({
          text: Buffer.from(Data ?? []).toString(),
          shardId: ShardId,
          sequenceNumber: SequenceNumber,
        });
      if (page.Records?.length === 0 || page.NextShardIterator === undefined) break;
      ShardIterator = page.NextShardIterator;
    }
  }
  return found;
}

test('kill -9 loses no record that was acknowledged, and no sequence number comes twice', {
  timeout: 240_000 + KILLS * 20_000,
}, async () => {
  const dataDir = await temporaryDirectory();
  const known = new Map<string, Acknowledged>();
  let stream: TestStream | undefined;
  let count = 0;
  const words = (): string => `word ${(count += 1)}`;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await startServer({ dataDir: dataDir.path });
    const kinesis = kinesisFor(server);
    stream ??= await makeStream(kinesis, { ShardCount: 2 });
    const { name: StreamName } = stream;
    const ours = stream;
    const writers = Array.from({ length: WRITERS }, async () => {
      await write(kinesis, ours, words, known).catch(() => undefined);
    });
    const before = known.size;
    await eventually(
      async () => known.size,
      (size) => size > before + BATCH,
      60_000,
    );
    await delay(Math.random() * 300);
    // Parents' records stay readable, and children begin with higher numbers.
    const TargetShardCount = kill % 2 === 0 ? 4 : 2;
    const rescaling = kinesis
      .send(new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }))
      .catch(() => undefined);
    await delay(Math.random() * 100);
    await server.kill();
    await Promise.all([...writers, rescaling]);
    kinesis.destroy();
  }
  const server = await startServer({ dataDir: dataDir.path });
  const kinesis = kinesisFor(server);
  if (stream === undefined) throw new Error('There is no stream.');
  await putTexts(kinesis, stream, ['the last']);
  const found = await everything(kinesis, stream);
  const texts = new Map(found.map((record) => [record.text, record]));
  expect(known.size).toBeGreaterThan(KILLS * BATCH);
  for (const [text, { shardId, sequenceNumber }] of known)
    expect(texts.get(text)).toEqual({ text, shardId, sequenceNumber });
  expect(new Set(found.map(({ sequenceNumber }) => sequenceNumber)).size).toBe(found.length);
  expect(texts.size).toBe(found.length);
  expect(texts.has('the last')).toBe(true);
  kinesis.destroy();
  expect(await server.stop()).toBe(0);
  await dataDir.remove();
});
