import { afterEach, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { engines, type TestDatabase } from '../../../test/support/engines.ts';
import { MovableClock } from '../../model/clock.ts';
import type { StreamPosition } from '../../model/stream-ports.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { firstShards, rescale } from './shards/reshard.ts';
import { streamArn } from './streams/stream-name.ts';
import { changeStream, insertShards } from './streams/stream-rows.ts';
import { StreamsRuntime } from './streams-runtime.ts';

const PLACE = { accountId: '000000000000', region: 'us-east-1' };
/** Thousands with LAMBENT_HISTORIES. */
const HISTORIES = { sqlite: Number(process.env['LAMBENT_HISTORIES'] ?? 15), postgres: 2 };
const STEPS = 40;
const RETENTION_MS = 24 * 3_600_000;

/** Numbers that look random and are the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

interface Kept {
  readonly text: string;
  readonly sequenceNumber: string;
  readonly arrivedAtMs: number;
}

describe.each(engines)('streams on $name', (place) => {
  let database: TestDatabase | undefined;
  let store: Store;
  let clock: MovableClock;
  let streams: StreamsRuntime;

  beforeEach(async () => {
    clock = new MovableClock();
    clock.freeze();
    if (place.name === 'postgres') {
      database = await place.create();
      store = await database.open();
    } else {
      store = await openStore({ dataDir: '.', url: undefined, ephemeral: true, onWarning: () => undefined });
    }
    streams = runtime();
    streams.start();
  });

  function runtime(): StreamsRuntime {
    return new StreamsRuntime({
      store,
      clock,
      identities: { policiesOf: () => undefined },
      onDenied: (denial) => {
        throw denial;
      },
      onNotice: (message) => expect.fail(message),
    });
  }

  afterEach(async () => {
    await streams.stop();
    await store.close();
    await database?.remove();
  });

  async function makeStream(name: string, id: number): Promise<string> {
    const definition = {
      mode: 'PROVISIONED',
      retentionHours: 24,
      maxRecordKiB: 1024,
      distribution: 'USER_PARTITION_KEY',
      tags: {},
      modeChangesMs: [],
      countChangesMs: [],
    };
    await store.write(async (tx) => {
      await tx
        .insertInto('kinesis_streams')
        .values({
          account_id: PLACE.accountId,
          region: PLACE.region,
          name,
          id,
          status: 'ACTIVE',
          created_at_ms: clock.now(),
          next_shard: 2,
          definition: JSON.stringify(definition),
        })
        .execute();
      await insertShards(tx, id, firstShards(2, clock.now()));
    });
    return streamArn({ ...PLACE, name });
  }

  /** Puts, at one moment, and keeps account of it. */
  async function put(arn: string, texts: readonly string[], model: Map<string, Kept[]>): Promise<void> {
    const sender = { kind: 'account', accountId: PLACE.accountId } as const;
    const written = await Promise.all(
      texts.map(async (text) => {
        const delivery = { streamArn: arn, sender, partitionKey: text, data: Buffer.from(text) };
        return { text, ...(await streams.publisher.put(delivery)) };
      }),
    );
    for (const { text, shardId, sequenceNumber } of written) {
      const kept = model.get(shardId) ?? [];
      model.set(shardId, kept);
      kept.push({ text, sequenceNumber, arrivedAtMs: clock.now() });
    }
    for (const kept of model.values())
      kept.sort((a, b) => (BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber) ? -1 : 1));
  }

  /** Reads a shard to its end in pages of this size. */
  async function readAll(arn: string, shardId: string, from: StreamPosition, mostRecords: number) {
    const texts: string[] = [];
    let position = from;
    for (;;) {
      const read = await streams.consumer.read(arn, shardId, position, { mostRecords, mostBytes: 1_000_000 });
      for (const { data } of read.records) texts.push(Buffer.from(data).toString());
      if (read.records.length === 0) return { texts, hasEnded: read.hasEnded, last: read.lastSequenceNumber };
      position = { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: read.lastSequenceNumber };
    }
  }

  async function rescaleTo(name: string, count: number): Promise<void> {
    await changeStream(store, { ...PLACE, name }, ({ open, nextShard }) => ({
      status: 'ACTIVE',
      resharding: rescale(open, count, nextShard, clock.now()),
    }));
  }

  async function checkAgainst(
    arn: string,
    model: Map<string, Kept[]>,
    random: (below: number) => number,
  ): Promise<void> {
    const { shards = [] } = (await streams.consumer.describe(arn)) ?? {};
    for (const { shardId, endingSequenceNumber } of shards) {
      const kept = (model.get(shardId) ?? []).filter(
        ({ arrivedAtMs }) => arrivedAtMs >= clock.now() - RETENTION_MS,
      );
      const { texts, hasEnded } = await readAll(arn, shardId, { kind: 'TRIM_HORIZON' }, 1 + random(7));
      expect(texts).toEqual(kept.map(({ text }) => text));
      expect(hasEnded).toBe(endingSequenceNumber !== undefined);
      if (kept.length === 0) continue;
      const index = random(kept.length);
      const { sequenceNumber = '', arrivedAtMs = 0 } = kept[index] ?? {};
      const at = await readAll(arn, shardId, { kind: 'AT_SEQUENCE_NUMBER', sequenceNumber }, 3);
      expect(at.texts).toEqual(kept.slice(index).map(({ text }) => text));
      const since = await readAll(arn, shardId, { kind: 'AT_TIMESTAMP', atMs: arrivedAtMs }, 5);
      expect(since.texts).toEqual(
        kept.filter((one) => one.arrivedAtMs >= arrivedAtMs).map(({ text }) => text),
      );
      expect((await readAll(arn, shardId, { kind: 'LATEST' }, 5)).texts).toEqual([]);
    }
  }

  test(`${HISTORIES[place.name]} random histories read as they were written`, {
    timeout: 120_000,
  }, async () => {
    const seed = Number(process.env['LAMBENT_SEED'] ?? Date.now() % 1_000_000);
    onTestFailed(() => {
      process.stderr.write(`LAMBENT_SEED=${seed} repeats it\n`);
    });
    for (let history = 0; history < HISTORIES[place.name]; history += 1) {
      const random = randomFrom(seed + history);
      const name = `history-${history}`;
      const arn = await makeStream(name, history + 1);
      const model = new Map<string, Kept[]>();
      let words = 0;
      for (let step = 0; step < STEPS; step += 1) {
        const kind = random(10);
        if (kind < 6) {
          const texts = Array.from({ length: 1 + random(20) }, () => `${history}-${(words += 1)}`);
          await put(arn, texts, model);
        } else if (kind < 8) clock.advance(random(4) * 3_600_000 + 1_000);
        else if (kind === 8) await rescaleTo(name, 1 + random(5));
        else await checkAgainst(arn, model, random);
        clock.advance(100);
      }
      await checkAgainst(arn, model, random);
    }
  });

  test('whoever waits hears of a record, of the end of a shard, and of giving up', {
    timeout: 60_000,
  }, async () => {
    clock.resume();
    const arn = await makeStream('waited', 1);
    const { shards = [] } = (await streams.consumer.describe(arn)) ?? {};
    const ends = shards.map(async ({ shardId, startingSequenceNumber }) => {
      const gaveUp = new AbortController();
      await streams.consumer.waitForMore(arn, shardId, startingSequenceNumber, gaveUp.signal);
      return shardId;
    });
    const model = new Map<string, Kept[]>();
    const texts = Array.from({ length: 20 }, (_, index) => `word ${index}`);
    await put(arn, texts, model);
    expect(new Set(await Promise.all(ends)).size).toBe(2);
    const [shardId = ''] = [...model.keys()];
    const last = model.get(shardId)?.at(-1)?.sequenceNumber ?? '';
    const impatience = new AbortController();
    const waiting = streams.consumer.waitForMore(arn, shardId, last, impatience.signal);
    impatience.abort();
    await waiting;
    const closed = streams.consumer.waitForMore(arn, shardId, last, new AbortController().signal);
    await rescaleTo('waited', 1);
    await closed;
    // Nothing to wait for any more.
    await streams.consumer.waitForMore(arn, shardId, last, new AbortController().signal);
    const end = await streams.consumer.read(
      arn,
      shardId,
      { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last },
      { mostRecords: 10, mostBytes: 1_000 },
    );
    expect(end).toMatchObject({ records: [], hasEnded: true, childShardIds: ['shardId-000000000002'] });
  });

  test('a shard has not ended before its last record, although its reader has not heard of that yet', async () => {
    const arn = await makeStream('unheard', 1);
    const model = new Map<string, Kept[]>();
    await put(arn, ['first'], model);
    const [[shardId, [first]] = ['', []]] = model;
    const other = runtime();
    const sender = { kind: 'account', accountId: PLACE.accountId } as const;
    await other.publisher.put({ streamArn: arn, sender, partitionKey: 'first', data: Buffer.from('last') });
    await rescaleTo('unheard', 1);
    const after = { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: first?.sequenceNumber ?? '' } as const;
    expect(await readAll(arn, shardId, after, 10)).toMatchObject({ texts: ['last'], hasEnded: true });
    await other.stop();
  });
});
