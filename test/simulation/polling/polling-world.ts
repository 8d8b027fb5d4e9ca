import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../../../src/aws/service.ts';
import { MovableClock } from '../../../src/model/clock.ts';
import { rootCaller } from '../../../src/model/identity/caller-identity.ts';
import type {
  EventSourceKind,
  MappingSettings,
  StoredMapping,
} from '../../../src/model/stored-event-source-mapping.ts';
import { createStream } from '../../../src/services/kinesis/streams/create-stream.ts';
import { mergeShards } from '../../../src/services/kinesis/shards/merge-shards.ts';
import { splitShard } from '../../../src/services/kinesis/shards/split-shard.ts';
import { StreamsRuntime } from '../../../src/services/kinesis/streams-runtime.ts';
import {
  changeMapping,
  findMapping,
  insertMapping,
} from '../../../src/services/lambda/event-source-mappings/mapping-rows.ts';
import { createQueue } from '../../../src/services/sqs/queues/create-queue.ts';
import { QueuesRuntime } from '../../../src/services/sqs/queues-runtime.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Chance } from '../chance.ts';
import { Life } from './life.ts';
import { QueueHistory } from './queue-history.ts';
import { ScriptedFunctions } from './scripted-function.ts';
import { StreamHistory } from './stream-history.ts';

const PLACE = { accountId: '000000000000', region: 'us-east-1' };
const SENDER = { kind: 'account', accountId: PLACE.accountId } as const;
const ROUNDS = 8;
/** In steps of half a minute. */
const MOST_REST = 60;

/** Many mappings at once on one store and one clock: their pollers crash and start again together. */
export class PollingWorld {
  readonly problems: string[] = [];
  readonly #chance: Chance;
  readonly #store: Store;
  readonly #clock = new MovableClock();
  readonly #queues: QueuesRuntime;
  readonly #streams: StreamsRuntime;
  readonly #functions: ScriptedFunctions;
  readonly #histories: readonly (QueueHistory | StreamHistory)[];
  readonly #mappings = new Map<string, StoredMapping>();
  #life: Life;

  constructor(store: Store, chance: Chance, size: number) {
    this.#store = store;
    this.#chance = chance;
    this.#clock.freeze();
    const clock = this.#clock;
    const common = {
      store,
      clock,
      owner: 'simulated',
      identities: { policiesOf: () => undefined },
      onDenied: () => undefined,
      onNotice: (message: string) => this.problems.push(message),
    };
    this.#queues = new QueuesRuntime(common);
    this.#streams = new StreamsRuntime(common);
    this.#functions = new ScriptedFunctions(chance);
    this.#life = this.#newLife();
    const run = randomUUID().slice(0, 8);
    this.#histories = Array.from({ length: size }, (_, index) =>
      index % 2 === 0
        ? new QueueHistory(this, chance, `q-${run}-${index}`)
        : new StreamHistory(this, chance, `s-${run}-${index}`),
    );
  }

  /** @returns runs of functions */
  async run(): Promise<number> {
    this.#streams.start();
    await this.#life.sources.start();
    for (const history of this.#histories) {
      this.#functions.handlers.set(history.name, history);
      const mapping = await history.make();
      this.#mappings.set(history.name, mapping);
      await this.#store.write(async (tx, announce) => await insertMapping(tx, announce, mapping));
    }
    for (let round = 0; round < ROUNDS; round += 1) await this.#round();
    await this.#rest();
    await this.#life.sources.stop();
    await this.#queues.stop();
    await this.#streams.stop();
    for (const history of this.#histories) {
      if (history instanceof StreamHistory) history.checkEnd();
      this.problems.push(...history.problems.map((problem) => `${history.name}: ${problem}`));
    }
    return this.#functions.runs;
  }

  async makeQueue(arn: string, deadArn: string | undefined): Promise<void> {
    const create = async (of: string, attributes: Record<string, string>): Promise<void> => {
      const isFifo = of.endsWith('.fifo');
      const Attributes = { VisibilityTimeout: '10', ...(isFifo && { FifoQueue: 'true' }), ...attributes };
      await createQueue(this.#queues)({ QueueName: of.split(':')[5], Attributes }, CONTEXT);
    };
    if (deadArn !== undefined) await create(deadArn, {});
    const policy = { deadLetterTargetArn: deadArn, maxReceiveCount: 3 };
    await create(arn, deadArn === undefined ? {} : { RedrivePolicy: JSON.stringify(policy) });
  }

  async makeStream(StreamName: string): Promise<void> {
    await createStream(this.#streams)({ StreamName, ShardCount: 1 + this.#chance.below(2) }, CONTEXT);
    await this.#clock.pass(1000);
  }

  newMapping(name: string, kind: EventSourceKind, arn: string, settings: MappingSettings): StoredMapping {
    return {
      ...PLACE,
      uuid: randomUUID(),
      kind,
      functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      enabled: true,
      state: 'Creating',
      stateTransitionReason: 'simulated',
      lastModifiedMs: 0,
      settings: { ...settings, EventSourceArn: arn },
    };
  }

  async update(name: string, change: (before: MappingSettings) => MappingSettings): Promise<void> {
    await this.#change(name, (before) => ({
      ...before,
      state: 'Updating',
      settings: change(before.settings),
    }));
  }

  async toggle(name: string): Promise<void> {
    await this.#change(name, (before) => {
      const enabled = !before.enabled;
      return { ...before, enabled, state: enabled ? 'Enabling' : 'Disabling' };
    });
  }

  async send(queueArn: string, body: string, groupId: string | undefined): Promise<string> {
    const group = groupId === undefined ? {} : { groupId, deduplicationId: body };
    return (await this.#queues.sender.send({ queueArn, sender: SENDER, body, ...group })).messageId;
  }

  async put(streamArn: string, partitionKey: string): Promise<{ shardId: string; sequenceNumber: string }> {
    const record = { streamArn, sender: SENDER, partitionKey, data: Buffer.from('{}') };
    return await this.#streams.publisher.put(record);
  }

  async reshard(StreamName: string, chance: Chance): Promise<void> {
    const stream = await this.#streams.consumer.describe(
      `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`,
    );
    const open = (stream?.shards ?? []).filter(
      ({ endingSequenceNumber }) => endingSequenceNumber === undefined,
    );
    const shard = open[chance.below(open.length)];
    if (stream?.status !== 'ACTIVE' || shard?.hashRange === undefined) return;
    const [start, end] = [BigInt(shard.hashRange.start), BigInt(shard.hashRange.end)];
    const next = open.find(({ hashRange }) => hashRange?.start === String(end + 1n));
    if (next !== undefined && chance.is(0.5)) {
      const merged = { ShardToMerge: shard.shardId, AdjacentShardToMerge: next.shardId };
      await mergeShards(this.#streams)({ StreamName, ...merged }, CONTEXT);
    } else if (open.length < 4) {
      const NewStartingHashKey = String((start + end) / 2n);
      await splitShard(this.#streams)(
        { StreamName, ShardToSplit: shard.shardId, NewStartingHashKey },
        CONTEXT,
      );
    }
    await this.#clock.pass(1000);
  }

  /** The ids of the messages that are in a queue. */
  async bodies(queueArn: string): Promise<ReadonlySet<string>> {
    if ((await this.#queues.consumer.describe(queueArn)) === undefined) return new Set();
    const options = { most: 1000, waitMs: 0, visibilityTimeoutSeconds: 0 };
    const messages = await this.#queues.consumer.receive(queueArn, options);
    return new Set(messages.map(({ messageId }) => messageId));
  }

  /** Something happens to each mapping while time passes, and sometimes the platform dies or stops meanwhile. */
  async #round(): Promise<void> {
    for (const history of this.#histories) await history.step();
    const moved = this.#clock.pass(this.#chance.below(20_000));
    const drawn = this.#chance.below(10);
    if (drawn < 5) {
      for (let ticks = this.#chance.below(60); ticks > 0; ticks -= 1)
        await new Promise((resolve) => setImmediate(resolve));
      this.#life.kill();
    } else if (drawn < 6) await this.#life.sources.stop();
    await moved;
    if (drawn >= 6) return;
    this.#life = this.#newLife();
    await this.#life.sources.start();
  }

  /** Functions behave, mappings are on, and everything is processed in the end. */
  async #rest(): Promise<void> {
    this.#functions.isGood = true;
    for (const { name } of this.#histories) {
      for (let tries = 0; !(await this.#isOn(name)) && tries < MOST_REST; tries += 1) {
        await this.#clock.pass(1000);
        const { enabled, state } = await this.#read(name);
        if (!enabled && state === 'Disabled') await this.toggle(name);
      }
    }
    for (let tries = 0; tries < MOST_REST; tries += 1) {
      await this.#clock.pass(30_000);
      const missing = await Promise.all(this.#histories.map(async (history) => await history.missing()));
      if (missing.every((left) => left.length === 0)) return;
    }
    for (const history of this.#histories) {
      const missing = await history.missing();
      if (missing.length > 0) {
        const { state, enabled } = await this.#read(history.name);
        const shown = missing.slice(0, 3).join(', ');
        this.problems.push(
          `${history.name} (${state}, ${enabled ? 'on' : 'off'}) waits in vain for ${missing.length}: ${shown}`,
        );
      }
    }
  }

  async #isOn(name: string): Promise<boolean> {
    const { enabled, state } = await this.#read(name);
    return enabled && state === 'Enabled';
  }

  async #read(name: string): Promise<StoredMapping> {
    const known = this.#mappings.get(name);
    const found = known && (await findMapping(this.#store.db, known));
    if (found === undefined) throw new Error(`There is no mapping for ${name}.`);
    return found;
  }

  async #change(name: string, decide: (before: StoredMapping) => StoredMapping): Promise<void> {
    const { state, ...key } = await this.#read(name);
    // Between two states it is in use.
    if (state === 'Enabled' || state === 'Disabled') await changeMapping(this.#store, key, decide);
  }

  async #isThere(id: string): Promise<boolean> {
    const query = this.#store.db.selectFrom('sqs_messages').select('message_id').where('message_id', '=', id);
    return (await query.executeTakeFirst()) !== undefined;
  }

  #newLife(): Life {
    return new Life({
      clock: this.#clock,
      store: this.#store,
      queues: this.#queues.consumer,
      streams: this.#streams.consumer,
      invoker: this.#functions,
      targets: {
        sqs: {
          check: async () => 'ready',
          send: async ({ targetArn, body }) => {
            await this.#queues.sender.send({ queueArn: targetArn, sender: SENDER, body });
            for (const history of this.#histories)
              if (history instanceof StreamHistory && history.failuresArn === targetArn) history.failed(body);
          },
        },
      },
      onRemoved: async (queueArn, receipts) => {
        for (const history of this.#histories)
          if (history instanceof QueueHistory && history.queueArn === queueArn)
            await history.removed(receipts, async (id) => await this.#isThere(id));
      },
      onSaved: ({ uuid }, shardId, checkpoint) => {
        for (const history of this.#histories)
          if (history instanceof StreamHistory && history.uuid === uuid) history.saved(shardId, checkpoint);
      },
      onNotice: (message) => this.problems.push(message),
    });
  }
}

const CONTEXT = {
  ...PLACE,
  requestId: randomUUID(),
  accessKeyId: undefined,
  caller: rootCaller('aws', PLACE.accountId),
  service: 'simulated',
  operation: 'Any',
  sourceIp: undefined,
  headers: {},
  header: () => undefined,
  origin: 'http://127.0.0.1',
  contentLength: 0,
  signal: new AbortController().signal,
  setHeader: () => undefined,
} satisfies RequestContext;
