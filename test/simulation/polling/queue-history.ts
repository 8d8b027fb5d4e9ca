import type { MappingSettings, StoredMapping } from '../../../src/model/stored-event-source-mapping.ts';
import type { Chance } from '../chance.ts';
import type { PollingWorld } from './polling-world.ts';
import type { Handler, RunResult } from './scripted-function.ts';

interface Sent {
  readonly id: string;
  readonly group: string | undefined;
  readonly place: number;
  isDone: boolean;
  isGone: boolean;
}

interface QueueEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly receiptHandle: string;
    readonly body: string;
  }[];
}

const GROUPS = ['red', 'green', 'blue'] as const;

/** A queue whose messages go into a function, and everything that must be true of that. */
export class QueueHistory implements Handler {
  readonly name: string;
  readonly queueArn: string;
  readonly deadArn: string;
  readonly isFifo: boolean;
  readonly problems: string[] = [];
  readonly #world: PollingWorld;
  readonly #chance: Chance;
  readonly #sent = new Map<string, Sent>();
  readonly #ids = new Map<string, string>();
  #reports: boolean;

  constructor(world: PollingWorld, chance: Chance, name: string) {
    this.#world = world;
    this.#chance = chance;
    this.name = name;
    this.isFifo = chance.is(0.5);
    const suffix = this.isFifo ? '.fifo' : '';
    this.queueArn = `arn:aws:sqs:us-east-1:000000000000:${name}${suffix}`;
    this.deadArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead${suffix}`;
    this.#reports = chance.is(0.7);
  }

  async make(): Promise<StoredMapping> {
    const hasDeadLetters = !this.isFifo && this.#chance.is(0.5);
    await this.#world.makeQueue(this.queueArn, hasDeadLetters ? this.deadArn : undefined);
    return this.#world.newMapping(
      this.name,
      this.isFifo ? 'sqs-fifo' : 'sqs',
      this.queueArn,
      this.#settings(),
    );
  }

  /** One random thing happens. */
  async step(): Promise<void> {
    const drawn = this.#chance.below(10);
    if (drawn < 7) await this.#send(1 + this.#chance.below(12));
    else if (drawn < 9) await this.#world.update(this.name, (before) => ({ ...before, ...this.#change() }));
    else await this.#world.toggle(this.name);
  }

  run(event: unknown, draw: (count: number) => RunResult): unknown {
    const { Records: records } = event as QueueEvent;
    const messages = records.map(({ messageId, receiptHandle }) => {
      this.#ids.set(receiptHandle, messageId);
      return this.#sent.get(messageId);
    });
    for (const [index, message] of messages.entries()) this.#checkDelivery(message, messages.slice(0, index));
    const result = draw(messages.length);
    const stopped = new Set<string | undefined>();
    for (const [index, message] of messages.entries()) {
      const hasFailed =
        result.kind === 'error' || (result.kind === 'partial' && this.#reports && result.failed.has(index));
      if (hasFailed) stopped.add(message?.group);
      if (message !== undefined && !hasFailed && !(this.isFifo && stopped.has(message.group)))
        message.isDone = true;
    }
    if (result.kind !== 'partial') return undefined;
    return {
      batchItemFailures: [...result.failed].map((index) => ({ itemIdentifier: records[index]?.messageId })),
    };
  }

  /** @param isThere a receipt that has expired deletes nothing */
  async removed(receipts: readonly string[], isThere: (id: string) => Promise<boolean>): Promise<void> {
    for (const receipt of receipts) {
      const message = this.#sent.get(this.#ids.get(receipt) ?? '');
      if (message === undefined || (await isThere(message.id))) continue;
      if (!message.isDone) this.problems.push(`${message.id} was deleted before it was processed`);
      message.isGone = true;
    }
  }

  /** What is still to come, without what went to the dead-letter queue. */
  async missing(): Promise<readonly string[]> {
    const dead = await this.#world.bodies(this.deadArn);
    const left = [...this.#sent.values()].filter(({ isDone }) => !isDone);
    return left.map(({ id }) => id).filter((id) => !dead.has(id));
  }

  #checkDelivery(message: Sent | undefined, before: readonly (Sent | undefined)[]): void {
    if (message === undefined) return void this.problems.push('a message came that nobody has sent');
    if (message.isGone) this.problems.push(`${message.id} came after it was settled`);
    if (message.group === undefined) return;
    for (const other of this.#sent.values()) {
      const isAhead = other.group === message.group && other.place < message.place;
      if (isAhead && !other.isDone && !before.includes(other))
        this.problems.push(`${message.id} came ahead of ${other.id}`);
    }
  }

  async #send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const group = this.isFifo ? this.#chance.pick(GROUPS) : undefined;
      const place = this.#sent.size;
      const id = await this.#world.send(this.queueArn, `${this.name}-${place}`, group);
      this.#sent.set(id, { id, group, place, isDone: false, isGone: false });
    }
  }

  #settings(): MappingSettings {
    return {
      BatchSize: 10,
      ...this.#change(),
      FunctionResponseTypes: this.#reports ? ['ReportBatchItemFailures'] : [],
    };
  }

  /** What an update may change without changing what the function's answers mean. */
  #change(): MappingSettings {
    const windowSeconds = this.isFifo ? 0 : this.#chance.below(3);
    return {
      BatchSize: 1 + this.#chance.below(windowSeconds > 0 ? 30 : 10),
      MaximumBatchingWindowInSeconds: windowSeconds,
      ScalingConfig: this.#chance.is(0.5) ? { MaximumConcurrency: 2 } : undefined,
    };
  }
}
