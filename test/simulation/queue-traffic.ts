import type { ReceiveMessageResult } from '@aws-sdk/client-sqs';
import { type ModelMessage, type ModelRules, QueueModel } from '../support/queue-model.ts';
import type { Chance } from './chance.ts';
import type { World } from './world.ts';

/** A message in somebody's hands. */
interface Held {
  readonly body: string;
  readonly handle: string;
  readonly receives: number;
}

const GROUPS = ['red', 'green', 'blue'] as const;
const DELAYS_SECONDS = [0, 1, 30, 900] as const;
const VISIBILITY_SECONDS = [0, 5, 60, 7200] as const;
/** After that everything is to be had again. */
const LONGEST_HIDDEN_MS = 7_200_000;
const DAY_MS = 86_400_000;

/**
 * Senders and receivers of one queue and its dead-letter queue, as a slow model sees them: every answer must be one that
 * it allows, and a receiver that waits must be answered at the very moment at which it says there is something.
 */
export class QueueTraffic {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #name: string;
  readonly #rules: ModelRules;
  readonly #model: QueueModel;
  readonly #log: string[] = [];
  #held: Held[] = [];
  #sent = 0;
  #urls = { queue: '', dead: '' };

  constructor(world: World, chance: Chance, name: string) {
    const isFifo = chance.is(0.5);
    const hasDeadLetters = chance.is(0.7);
    this.#world = world;
    this.#chance = chance;
    this.#name = name;
    this.#rules = {
      isFifo,
      // Where what died is counted in the end, nothing may have expired before.
      retentionMs: hasDeadLetters ? 14 * DAY_MS : chance.pick([60_000, 3_600_000, DAY_MS]),
      delayMs: chance.pick([0, 0, 10_000]),
      maxReceives: hasDeadLetters ? 1 + chance.below(4) : undefined,
      isPerGroup: chance.is(0.5),
    };
    this.#model = new QueueModel(this.#rules);
    this.#log.push(JSON.stringify(this.#rules));
  }

  async open(): Promise<void> {
    const { isFifo, retentionMs, delayMs, maxReceives, isPerGroup } = this.#rules;
    const end = isFifo ? '.fifo' : '';
    const fifo = isFifo ? { FifoQueue: 'true' } : {};
    const create = async (name: string, attributes: Record<string, string>): Promise<string> => {
      const input = { QueueName: name, Attributes: { ...fifo, ...attributes } };
      return (await this.#world.call<{ QueueUrl: string }>('sqs', 'CreateQueue', input)).QueueUrl;
    };
    const dead = await create(`${this.#name}-dead${end}`, { MessageRetentionPeriod: '1209600' });
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${this.#name}-dead${end}`;
    const queue = await create(`${this.#name}${end}`, {
      MessageRetentionPeriod: String(retentionMs / 1000),
      DelaySeconds: String(delayMs / 1000),
      ...(isFifo && { DeduplicationScope: isPerGroup ? 'messageGroup' : 'queue' }),
      ...(maxReceives !== undefined && {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxReceives }),
      }),
    });
    this.#urls = { queue, dead };
  }

  async step(): Promise<void> {
    const choice = this.#chance.below(20);
    if (choice < 7) await this.#send();
    else if (choice < 11) await this.#receive(0);
    else if (choice < 13) await this.#receive(1 + this.#chance.below(20));
    else if (choice < 17) await this.#settle('DeleteMessage');
    else await this.#settle('ChangeMessageVisibility');
  }

  /** Receives what is left, counts the dead, and removes both queues. */
  async close(): Promise<void> {
    let isEmpty = false;
    while (!isEmpty) {
      await this.#world.clock.pass(LONGEST_HIDDEN_MS);
      this.#held = [];
      await this.#receive(20, { most: 10, visibilitySeconds: 60 });
      isEmpty = this.#held.length === 0;
      for (const held of this.#held) await this.#remove(held);
    }
    const dead = await this.#deadBodies();
    const expected = this.#model.messages.filter((message) => this.#model.isDead(message));
    this.#expect(dead, expected.map(({ body }) => body).toSorted());
    const left = this.#model.messages.filter((message) => !this.#model.isDead(message));
    const lost = left.filter((message) => !this.#model.isExpired(message, this.#world.clock.now()));
    this.#expect(
      lost.map(({ body }) => body),
      [],
    );
    for (const QueueUrl of Object.values(this.#urls)) await this.#call('DeleteQueue', { QueueUrl });
  }

  async #send(): Promise<void> {
    const { isFifo } = this.#rules;
    const nowMs = this.#world.clock.now();
    const body = `m${(this.#sent += 1)}`;
    const group = isFifo || this.#chance.is(0.5) ? this.#chance.pick(GROUPS) : undefined;
    const deduplicationId = isFifo ? `d${this.#chance.below(12)}` : undefined;
    const delaySeconds = isFifo || this.#chance.is(0.6) ? undefined : this.#chance.pick(DELAYS_SECONDS);
    await this.#call('SendMessage', {
      QueueUrl: this.#urls.queue,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: deduplicationId,
      DelaySeconds: delaySeconds,
    });
    const ids = { ...(group && { group }), ...(deduplicationId && { deduplicationId }) };
    const delayMs = delaySeconds === undefined ? undefined : delaySeconds * 1000;
    const accepted = this.#model.send(body, nowMs, ids, delayMs);
    this.#note(`send ${body} to ${group} as ${deduplicationId} after ${delaySeconds}: ${accepted}`);
  }

  /** @param waitSeconds the clock goes on by that while the receiver waits */
  async #receive(
    waitSeconds: number,
    {
      most = 1 + this.#chance.below(10),
      visibilitySeconds = this.#chance.pick(VISIBILITY_SECONDS) as number,
    } = {},
  ): Promise<void> {
    const { clock } = this.#world;
    const fromMs = clock.now();
    let atMs = fromMs;
    const receiving = this.#call<ReceiveMessageResult>('ReceiveMessage', {
      QueueUrl: this.#urls.queue,
      MaxNumberOfMessages: most,
      VisibilityTimeout: visibilitySeconds,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }).then((result) => {
      atMs = clock.now();
      return result;
    });
    const dueMs = this.#firstOfferMs(fromMs, fromMs + waitSeconds * 1000);
    if (waitSeconds > 0) {
      await this.#world.quiet();
      await clock.pass(waitSeconds * 1000);
    }
    const { Messages: messages = [] } = await receiving;
    const bodies = messages.map(({ Body = '' }) => Body);
    this.#note(`receive ${most} within ${waitSeconds} s for ${visibilitySeconds} s: ${bodies.join(', ')}`);
    this.#expect([atMs, bodies.length > 0], [dueMs ?? fromMs + waitSeconds * 1000, dueMs !== undefined]);
    this.#expect(this.#model.receive(bodies, most, atMs, visibilitySeconds * 1000), undefined);
    for (const { Body: body = '', ReceiptHandle: handle = '', Attributes } of messages) {
      const receives = Number(Attributes?.ApproximateReceiveCount);
      this.#expect(receives, this.#model.find(body)?.receives);
      this.#held.push({ body, handle, receives });
    }
  }

  /** When a receiver first finds something, as the model sees it. */
  #firstOfferMs(fromMs: number, untilMs: number): number | undefined {
    const moments = this.#model.messages.map(({ visibleAtMs }) => Math.max(fromMs, visibleAtMs));
    const tried = moments.filter((atMs) => atMs <= untilMs).toSorted((a, b) => a - b);
    return tried.find((atMs) => this.#model.offers(atMs).length > 0);
  }

  /** With any receipt, also one that is out of date. */
  async #settle(operation: 'DeleteMessage' | 'ChangeMessageVisibility'): Promise<void> {
    const index = this.#chance.below(Math.max(1, this.#held.length));
    const held = this.#held[index];
    if (held === undefined) return;
    const message = this.#model.find(held.body);
    // What is dead or too old may have been cleared away by now, or not: both are right.
    if (message !== undefined && this.#mayBeGone(message)) return;
    if (operation === 'DeleteMessage') {
      await this.#remove(held);
      if (this.#chance.is(0.8)) this.#held.splice(index, 1);
    } else await this.#hide(held);
  }

  async #remove(held: Held): Promise<void> {
    const message = this.#model.find(held.body);
    if (message !== undefined && this.#mayBeGone(message)) return;
    const { isFifo } = this.#rules;
    const isCurrent = message?.receives === held.receives;
    const isHidden = message !== undefined && message.visibleAtMs > this.#world.clock.now();
    const problem = await this.#try('DeleteMessage', held, {});
    this.#note(`delete ${held.body} of receive ${held.receives}: ${problem}`);
    const counts = isCurrent && (isHidden || !isFifo);
    if (message !== undefined) this.#expect(problem === undefined, counts || !isFifo);
    if (counts) this.#model.remove(held.body);
  }

  async #hide(held: Held): Promise<void> {
    const message = this.#model.find(held.body);
    const seconds = this.#chance.pick(VISIBILITY_SECONDS);
    const nowMs = this.#world.clock.now();
    const problem = await this.#try('ChangeMessageVisibility', held, { VisibilityTimeout: seconds });
    this.#note(`hide ${held.body} of receive ${held.receives} for ${seconds} s: ${problem}`);
    const isCurrent = message?.receives === held.receives;
    const isHidden = message !== undefined && message.visibleAtMs > nowMs;
    // Beyond twelve hours from its receive the queue refuses.
    if (!isCurrent || (this.#rules.isFifo && !isHidden)) this.#expect(problem === undefined, false);
    if (problem === undefined && message !== undefined) message.visibleAtMs = nowMs + seconds * 1000;
  }

  #mayBeGone(message: ModelMessage): boolean {
    const nowMs = this.#world.clock.now();
    const isDead = this.#model.isDead(message) && message.visibleAtMs <= nowMs;
    return isDead || this.#model.isExpired(message, nowMs);
  }

  async #deadBodies(): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const { Messages: messages = [] } = await this.#call<ReceiveMessageResult>('ReceiveMessage', {
        QueueUrl: this.#urls.dead,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 43_200,
      });
      if (messages.length === 0) return bodies.toSorted();
      for (const { Body: body = '', ReceiptHandle } of messages) {
        bodies.push(body);
        await this.#call('DeleteMessage', { QueueUrl: this.#urls.dead, ReceiptHandle });
      }
    }
  }

  async #try(operation: string, { handle }: Held, rest: object): Promise<string | undefined> {
    try {
      await this.#call(operation, { QueueUrl: this.#urls.queue, ReceiptHandle: handle, ...rest });
      return undefined;
    } catch (error) {
      return String(error);
    }
  }

  async #call<Output>(operation: string, input: object): Promise<Output> {
    return await this.#world.call<Output>('sqs', operation, input);
  }

  #note(line: string): void {
    this.#log.push(`${new Date(this.#world.clock.now()).toISOString()} ${line}`);
  }

  #expect(actual: unknown, expected: unknown): void {
    const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (found !== wanted) throw new Error(`${this.#log.join('\n')}\n${found} instead of ${wanted}`);
  }
}
