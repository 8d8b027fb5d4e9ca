import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../../../src/aws/service.ts';
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
import { setQueueAttributes } from '../../../src/services/sqs/queues/set-queue-attributes.ts';
import { QueuesRuntime } from '../../../src/services/sqs/queues-runtime.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Chance } from '../chance.ts';
import { Life } from './life.ts';
import { QueueHistory } from './queue-history.ts';
import { ScriptedFunctions } from './scripted-function.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { StreamHistory } from './stream-history.ts';
import { Trace } from './trace.ts';

const PLACE = { accountId: '000000000000', region: 'us-east-1' };
const SENDER = { kind: 'account', accountId: PLACE.accountId } as const;
const ROUNDS = 8;
/** Everything is processed in the end after so many steps of half a minute, or so long on a machine that is busy. */
const MOST_REST = 60;
const MOST_REST_MS = 20_000;
const REAL_PAUSE_MS = 200;
const LAST_LINES = 150;

/** Many mappings at once on one store and one clock: their pollers crash and start again together. */
export class PollingWorld {
  readonly problems: string[] = [];
  readonly trace: Trace;
  readonly #chance: Chance;
  readonly #store: Store;
  readonly #clock = new SimulatedClock();
  #queues: QueuesRuntime;
  #streams: StreamsRuntime;
  #doing: { readonly what: string; readonly name?: string | undefined } = { what: 'it begins' };
  readonly #functions: ScriptedFunctions;
  readonly #histories: readonly (QueueHistory | StreamHistory)[];
  readonly #mappings = new Map<string, StoredMapping>();
  #life: Life;

  constructor(store: Store, chance: Chance, size: number) {
    this.#store = store;
    this.#chance = chance;
    this.trace = new Trace(() => this.#clock.now());
    [this.#queues, this.#streams] = this.#newServices();
    this.#functions = new ScriptedFunctions(chance, this.#clock, (name, text) => this.trace.add(name, text));
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
    for (let round = 0; round < ROUNDS; round += 1) await this.#round(round);
    await this.#rest();
    this.#do('the pollers stop in the end');
    await this.#life.sources.stop();
    await this.#queues.stop();
    await this.#streams.stop();
    for (const history of this.#histories) {
      await history.checkEnd();
      if (history.problems.length === 0) continue;
      this.problems.push(...history.problems.map((problem) => `${history.name}: ${problem}`));
      this.problems.push(...this.trace.last(LAST_LINES, history.name));
    }
    return this.#functions.runs;
  }

  /** Where it is, and what led there: for those who have waited too long. */
  get whereabouts(): string {
    const { what, name } = this.#doing;
    return [`It hangs: ${name} ${what}`, ...this.trace.last(2 * LAST_LINES, name)].join('\n');
  }

  async makeQueue(arn: string, deadArn: string | undefined): Promise<void> {
    const create = async (of: string, attributes: Record<string, string>): Promise<void> => {
      const isFifo = of.endsWith('.fifo');
      const Attributes = { VisibilityTimeout: '10', ...(isFifo && { FifoQueue: 'true' }), ...attributes };
      await createQueue(this.#queues)({ QueueName: nameOf(of), Attributes }, CONTEXT);
    };
    if (deadArn !== undefined) await create(deadArn, {});
    const policy = { deadLetterTargetArn: deadArn, maxReceiveCount: 3 };
    await create(arn, deadArn === undefined ? {} : { RedrivePolicy: JSON.stringify(policy) });
  }

  /** Changes how long messages of a queue are hidden. */
  async hide(queueArn: string, seconds: number): Promise<void> {
    const QueueUrl = `http://127.0.0.1/${PLACE.accountId}/${nameOf(queueArn)}`;
    await setQueueAttributes(this.#queues)(
      { QueueUrl, Attributes: { VisibilityTimeout: `${seconds}` } },
      CONTEXT,
    );
    this.trace.add(nameOf(queueArn).replace('.fifo', ''), `hides for ${seconds} s`);
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

  async put(
    streamArn: string,
    partitionKey: string,
    data: string,
  ): Promise<{ shardId: string; sequenceNumber: string }> {
    const record = { streamArn, sender: SENDER, partitionKey, data: Buffer.from(data) };
    return await this.#streams.publisher.put(record);
  }

  async reshard(StreamName: string): Promise<void> {
    const chance = this.#chance;
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
    this.trace.add(StreamName, `reshards at ${shard.shardId}`);
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

  /** The ids of the messages that were moved from a queue to its dead-letter queue. */
  async deadLetters(queueArn: string): Promise<ReadonlySet<string>> {
    const rows = await this.#store.db
      .selectFrom('sqs_messages')
      .select('message_id')
      .where('dead_letter_source', '=', queueArn)
      .execute();
    return new Set(rows.map((row) => row.message_id));
  }

  /** Something happens to each mapping while time passes, and sometimes the platform dies or stops meanwhile. */
  async #round(round: number): Promise<void> {
    for (const history of this.#histories) {
      this.#do(`round ${round}: something happens`, history.name);
      await history.step();
    }
    const moved = this.#clock.pass(this.#chance.below(20_000));
    const drawn = this.#chance.below(10);
    if (drawn < 5) {
      this.#do(`round ${round}: the platform is killed`);
      for (let ticks = this.#chance.below(60); ticks > 0; ticks -= 1)
        await new Promise((resolve) => setImmediate(resolve));
      this.#life.kill();
    } else if (drawn < 6) {
      this.#do(`round ${round}: the pollers stop`);
      await this.#life.sources.stop();
    }
    this.#do(`round ${round}: time passes`);
    await moved;
    if (drawn >= 6) return;
    if (drawn < 3) await this.#restartServices();
    this.#do(`round ${round}: the pollers start`);
    this.#life = this.#newLife();
    await this.#life.sources.start();
  }

  /** Queues and streams remember nothing but what is on disk. */
  async #restartServices(): Promise<void> {
    this.#do('queues and streams begin anew');
    await this.#queues.stop();
    await this.#streams.stop();
    [this.#queues, this.#streams] = this.#newServices();
    this.#streams.start();
  }

  /** Functions behave, mappings are on, and everything is processed in the end. */
  async #rest(): Promise<void> {
    this.#functions.isGood = true;
    for (const { name } of this.#histories) {
      for (let waits = 0; !(await this.#isOn(name)); waits += 1) {
        const { enabled, state } = await this.#read(name);
        if (waits === 0) this.#do(`it is to be on, and is ${state}`, name);
        if (!enabled && state === 'Disabled') await this.toggle(name);
        await this.#clock.pass(100);
        await new Promise((resolve) => setTimeout(resolve, Math.min(waits, REAL_PAUSE_MS)));
      }
    }
    const beganAtMs = performance.now();
    let missing: readonly (readonly string[])[] = [];
    this.#do('everything is to be processed');
    for (let tries = 0; tries < MOST_REST || performance.now() - beganAtMs < MOST_REST_MS; tries += 1) {
      await this.#clock.pass(30_000);
      missing = await Promise.all(this.#histories.map(async (history) => await history.missing()));
      if (missing.every((left) => left.length === 0)) return;
      // Not so many steps that records grow too old meanwhile.
      if (tries > MOST_REST) await new Promise((resolve) => setTimeout(resolve, REAL_PAUSE_MS));
    }
    for (const [index, history] of this.#histories.entries()) {
      const left = missing[index] ?? [];
      if (left.length === 0) continue;
      const { state, enabled } = await this.#read(history.name);
      const shown = left.slice(0, 3).join(', ');
      history.problems.push(
        `(${state}, ${enabled ? 'on' : 'off'}) waits in vain for ${left.length}: ${shown}`,
      );
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
    if (state !== 'Enabled' && state !== 'Disabled') return;
    this.trace.add(name, 'is changed');
    await changeMapping(this.#store, key, decide);
  }

  /** How often a message was received; undefined: it is not in its queue. */
  async #receivesOf(id: string): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom('sqs_messages')
      .select('receive_count')
      .where('message_id', '=', id)
      .where('dead_letter_source', 'is', null)
      .executeTakeFirst();
    return row?.receive_count;
  }

  #do(what: string, name?: string): void {
    this.#doing = { what, name };
    this.trace.add(name ?? '', `-- ${what}`);
  }

  #newServices(): [QueuesRuntime, StreamsRuntime] {
    const common = {
      store: this.#store,
      clock: this.#clock,
      owner: 'simulated',
      identities: { policiesOf: () => undefined },
      onDenied: () => undefined,
      onNotice: (message: string) => this.problems.push(message),
    };
    return [new QueuesRuntime(common), new StreamsRuntime(common)];
  }

  #newLife(): Life {
    return new Life({
      clock: this.#clock,
      store: this.#store,
      queues: this.#queues.consumer,
      streams: this.#streams.consumer,
      functions: this.#functions,
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
      onReceived: (queueArn, messages) => this.#ofQueue(queueArn)?.received(messages),
      onRemoved: async (queueArn, removal) => {
        await this.#ofQueue(queueArn)?.removed(removal, async (id) => await this.#receivesOf(id));
      },
      onPoller: (name, text) => this.trace.add(name, text),
      onSaved: ({ uuid }, shardId, checkpoint) => {
        for (const history of this.#histories)
          if (history instanceof StreamHistory && history.uuid === uuid) history.saved(shardId, checkpoint);
      },
      onNotice: (message) => this.problems.push(message),
    });
  }

  #ofQueue(queueArn: string): QueueHistory | undefined {
    return this.#histories.find(
      (history): history is QueueHistory => history instanceof QueueHistory && history.queueArn === queueArn,
    );
  }
}

function nameOf(queueArn: string): string {
  return queueArn.split(':')[5] ?? '';
}

export const CONTEXT = {
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
  patience: new AbortController().signal,
  setHeader: () => undefined,
} satisfies RequestContext;
