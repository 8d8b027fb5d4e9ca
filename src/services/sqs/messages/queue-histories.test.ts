import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { type ModelRules, QueueModel } from '../../../../test/support/queue-model.ts';
import { MovableClock } from '../../../model/clock.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { queueDirectory } from '../queues/queue-directory.ts';
import { findQueue } from '../queues/queue-rows.ts';
import type { StoredQueue } from '../queues/stored-queue.ts';
import { draftMessage } from './message-draft.ts';
import type { MessageRow } from './message-rows.ts';
import { QueueMessages } from './queue-messages.ts';
import type { Receipt } from './receipt-handle.ts';

const PLACE = { accountId: '000000000000', region: 'us-east-1' };
const HISTORIES = { sqlite: 1500, postgres: 40 };
const STEPS = 40;
const GROUPS = ['red', 'green', 'blue'];

/** Numbers that look random and are the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

describe.each(engines)('queues on $name', (place) => {
  const engine = place.name;
  let database: TestDatabase | undefined;
  let store: Store;
  let clock: MovableClock;

  beforeEach(async () => {
    clock = new MovableClock();
    // However long a history takes, it means the same.
    clock.freeze();
    if (engine === 'postgres') {
      database = await place.create();
      store = await database.open();
    } else {
      // Thousands of histories need no disk.
      store = await openStore({ dataDir: '.', url: undefined, ephemeral: true, onWarning: () => undefined });
    }
  });

  afterEach(async () => {
    await store.close();
    await database?.remove();
  });

  async function makeQueue(name: string, attributes: Record<string, string>): Promise<StoredQueue> {
    const id = Math.floor(Math.random() * 2 ** 47);
    await store.write(async (tx) => {
      await tx
        .insertInto('sqs_queues')
        .values({
          account_id: PLACE.accountId,
          region: PLACE.region,
          name,
          id,
          contents_id: id,
          attributes: JSON.stringify(attributes),
          created_at_ms: 0,
          modified_at_ms: 0,
          purged_at_ms: null,
          deleted_at_ms: null,
        })
        .execute();
    });
    const queue = await findQueue(store.db, { ...PLACE, name });
    if (queue === undefined) throw new Error('The queue was not made.');
    return queue;
  }

  /** One random history of a queue and its dead-letter queue, compared with the model step by step. */
  class History {
    readonly #random: (below: number) => number;
    readonly #rules: ModelRules;
    readonly #model: QueueModel;
    readonly #queue: StoredQueue;
    readonly #dead: StoredQueue;
    readonly #log: string[] = [];
    readonly #receipts: { body: string; receipt: Receipt; receives: number }[] = [];
    readonly #ids = new Map<string, string>();
    #messages: QueueMessages;
    #sent = 0;

    constructor(seed: number, rules: ModelRules, queue: StoredQueue, dead: StoredQueue) {
      this.#random = randomFrom(seed);
      this.#rules = rules;
      this.#model = new QueueModel(rules);
      this.#queue = queue;
      this.#dead = dead;
      this.#messages = this.#restarted();
      this.#log.push(`seed ${seed}, ${JSON.stringify(rules)}`);
    }

    async run(): Promise<void> {
      for (let step = 0; step < STEPS; step += 1) await this.#step();
      await this.#drain();
    }

    /** Nothing but the disk is true: everything in memory may go at any time. */
    #restarted(): QueueMessages {
      return new QueueMessages({ store, clock, queues: queueDirectory(store) });
    }

    async #step(): Promise<void> {
      const choice = this.#random(20);
      if (choice < 7) await this.#send();
      else if (choice < 12) await this.#receive(1 + this.#random(10), this.#random(5) * 10_000);
      else if (choice < 15) await this.#remove();
      else if (choice < 17) await this.#change();
      else if (choice < 19) this.#advance([1, 9_000, 10_000, 40_000, 299_999, 300_000][this.#random(6)] ?? 1);
      else {
        this.#log.push('restart');
        this.#messages = this.#restarted();
      }
    }

    #advance(byMs: number): void {
      this.#log.push(`advance ${byMs}`);
      clock.advance(byMs);
    }

    async #send(): Promise<void> {
      const { isFifo } = this.#rules;
      const body = `m${(this.#sent += 1)}`;
      const group = isFifo || this.#random(2) === 0 ? GROUPS[this.#random(GROUPS.length)] : undefined;
      const deduplicationId = isFifo ? `d${this.#random(12)}` : undefined;
      const delaySeconds = isFifo || this.#random(3) > 0 ? undefined : this.#random(4) * 10;
      const given = {
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: deduplicationId,
        DelaySeconds: delaySeconds,
      };
      const draft = draftMessage(this.#queue, given, { id: 'sender' }, clock.now());
      const [accepted] = await this.#messages.send(this.#queue, [draft]);
      const expected = this.#model.send(
        body,
        clock.now(),
        { ...(group !== undefined && { group }), ...(deduplicationId !== undefined && { deduplicationId }) },
        delaySeconds === undefined ? undefined : delaySeconds * 1000,
      );
      this.#log.push(`send ${body} to ${group} as ${deduplicationId} after ${delaySeconds}: ${expected}`);
      if (expected === body) this.#ids.set(body, draft.messageId);
      if (isFifo) this.#expect(accepted?.messageId, this.#ids.get(expected));
    }

    async #receive(most: number, visibilityMs: number): Promise<MessageRow[]> {
      const request = { most, visibilityMsIn: () => visibilityMs, attemptId: undefined };
      const rows = await this.#messages.receive(this.#queue, request, { waitMs: 0 });
      const bodies = rows.map((row) => row.body);
      this.#log.push(`receive ${most} for ${visibilityMs}: ${bodies.join(', ')}`);
      this.#expect(this.#model.receive(bodies, most, clock.now(), visibilityMs), undefined);
      for (const row of rows) {
        this.#expect(row.receive_count, this.#model.find(row.body)?.receives);
        const receipt = { queueId: this.#queue.id, sequence: row.sequence, receiveCount: row.receive_count };
        this.#receipts.push({ body: row.body, receipt, receives: row.receive_count });
      }
      return [...rows];
    }

    async #remove(): Promise<void> {
      const picked = this.#receipts[this.#random(Math.max(1, this.#receipts.length))];
      if (picked === undefined) return;
      const message = this.#model.find(picked.body);
      // A dead message may have gone to the other queue already, where this receipt means nothing.
      const wasThere = await this.#isThere(picked.receipt);
      const [error] = await this.#messages.settle(this.#queue, [picked.receipt], [undefined]);
      const isCurrent = message?.receives === picked.receives;
      const isHidden = message !== undefined && message.visibleAtMs > clock.now();
      this.#log.push(`delete ${picked.body} of receive ${picked.receives}: ${error?.message}`);
      if (this.#rules.isFifo && message !== undefined && !this.#mayBeGone(picked.body))
        this.#expect(error === undefined, isCurrent && isHidden);
      if (isCurrent && (!this.#rules.isFifo || isHidden)) {
        if (await this.#isThere(picked.receipt)) throw new Error(this.#story('the message is still there'));
        if (wasThere) this.#model.remove(picked.body);
      }
    }

    async #change(): Promise<void> {
      const picked = this.#receipts[this.#random(Math.max(1, this.#receipts.length))];
      if (picked === undefined) return;
      const visibilityMs = this.#random(4) * 10_000;
      const message = this.#model.find(picked.body);
      const [error] = await this.#messages.settle(this.#queue, [picked.receipt], [visibilityMs]);
      this.#log.push(`hide ${picked.body} of receive ${picked.receives} for ${visibilityMs}: ${error?.code}`);
      const isCurrent = message?.receives === picked.receives;
      const isHidden = message !== undefined && message.visibleAtMs > clock.now();
      if (!isCurrent || (this.#rules.isFifo && !isHidden)) this.#expect(error === undefined, false);
      else if (!this.#mayBeGone(picked.body)) this.#expect(error, undefined);
      if (error === undefined && message !== undefined) message.visibleAtMs = clock.now() + visibilityMs;
    }

    /** Nobody has to clear it away before a receive comes upon it, and it may be that one has. */
    #mayBeGone(body: string): boolean {
      const message = this.#model.find(body);
      if (message === undefined) return true;
      return this.#model.isExpired(message, clock.now()) || this.#isBuried(body);
    }

    #isBuried(body: string): boolean {
      const message = this.#model.find(body);
      return message !== undefined && this.#model.isDead(message) && message.visibleAtMs <= clock.now();
    }

    async #isThere({ sequence }: Receipt): Promise<boolean> {
      const row = await store.db
        .selectFrom('sqs_messages')
        .select('sequence')
        .where('sequence', '=', sequence)
        .where('contents_id', '=', this.#queue.contentsId)
        .executeTakeFirst();
      return row !== undefined;
    }

    /** In the end every message is somewhere, once: nothing was lost and nothing made up. */
    async #drain(): Promise<void> {
      this.#advance(60_000);
      for (;;) {
        const rows = await this.#receive(10, 10_000);
        if (rows.length === 0 && this.#model.offers(clock.now()).length === 0) break;
        for (const row of rows) {
          const receipt = {
            queueId: this.#queue.id,
            sequence: row.sequence,
            receiveCount: row.receive_count,
          };
          const [error] = await this.#messages.settle(this.#queue, [receipt], [undefined]);
          this.#expect(error, undefined);
          this.#model.remove(row.body);
        }
      }
      const dead = await this.#deadBodies();
      const mayBeDead = this.#model.messages.filter((message) => this.#model.isDead(message));
      // One that has expired by now may have died before.
      const isDead = mayBeDead.filter((message) => !this.#model.isExpired(message, clock.now()));
      const names = new Set(mayBeDead.map(({ body }) => body));
      this.#expect(
        dead.filter((body) => !names.has(body)),
        [],
      );
      this.#expect(
        isDead.filter(({ body }) => !dead.includes(body)),
        [],
      );
      this.#expect(new Set(dead).size, dead.length);
    }

    async #deadBodies(): Promise<string[]> {
      const bodies: string[] = [];
      for (;;) {
        const request = { most: 10, visibilityMsIn: () => 3_600_000, attemptId: undefined };
        const rows = await this.#messages.receive(this.#dead, request, { waitMs: 0 });
        if (rows.length === 0) return bodies.toSorted();
        bodies.push(...rows.map((row) => row.body));
        for (const row of rows) {
          this.#expect(row.dead_letter_source, this.#queue.arn);
          const receipt = { queueId: this.#dead.id, sequence: row.sequence, receiveCount: row.receive_count };
          await this.#messages.settle(this.#dead, [receipt], [undefined]);
        }
      }
    }

    #expect(actual: unknown, expected: unknown): void {
      expect(actual, this.#story('')).toEqual(expected);
    }

    #story(end: string): string {
      return [...this.#log, end].join('\n');
    }
  }

  test(`${HISTORIES[engine]} random histories agree with the model`, { timeout: 600_000 }, async () => {
    for (let seed = 1; seed <= HISTORIES[engine]; seed += 1) {
      const random = randomFrom(seed * 7919);
      const isFifo = random(2) === 0;
      const rules: ModelRules = {
        isFifo,
        retentionMs: random(3) === 0 ? 120_000 : 345_600_000,
        delayMs: random(3) === 0 ? 10_000 : 0,
        maxReceives: random(2) === 0 ? 1 + random(3) : undefined,
        isPerGroup: random(2) === 0,
      };
      const end = isFifo ? '.fifo' : '';
      const dead = await makeQueue(`dead-${seed}${end}`, { MessageRetentionPeriod: '1209600' });
      const queue = await makeQueue(`queue-${seed}${end}`, {
        MessageRetentionPeriod: String(rules.retentionMs / 1000),
        DelaySeconds: String(rules.delayMs / 1000),
        ...(isFifo && { DeduplicationScope: rules.isPerGroup ? 'messageGroup' : 'queue' }),
        ...(rules.maxReceives !== undefined && {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: dead.arn,
            maxReceiveCount: rules.maxReceives,
          }),
        }),
      });
      await new History(seed, rules, queue, dead).run();
    }
  });
});
