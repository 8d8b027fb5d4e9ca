import type { QueuedMessage } from '../../../src/model/queue-ports.ts';
import type { MappingSettings, StoredMapping } from '../../../src/model/stored-event-source-mapping.ts';
import { parseReceiptHandle } from '../../../src/services/sqs/messages/receipt-handle.ts';
import type { Chance } from '../chance.ts';
import type { Removal } from './life.ts';
import type { PollingWorld } from './polling-world.ts';
import type { Handler, RunResult } from './scripted-function.ts';

interface Sent {
  readonly id: string;
  readonly group: string | undefined;
  readonly place: number;
  /** No filter lets it through. */
  readonly isFiltered: boolean;
  isDone: boolean;
  isGone: boolean;
}

interface QueueEvent {
  readonly Records: readonly { readonly messageId: string }[];
}

const GROUPS = ['red', 'green', 'blue'] as const;
const FILTER = { Filters: [{ Pattern: JSON.stringify({ body: { wanted: [true] } }) }] };
/** For a batch that is gathered late and a run that takes long: what is tighter lets messages come twice, as on AWS. */
const LEAST_VISIBILITY_SECONDS = 7;

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
  readonly #hasDeadLetters: boolean;
  readonly #hasFilter: boolean;
  readonly #reports: boolean;
  /** Messages that came ahead of others, which must have been dead by then. */
  readonly #overtaken: { readonly id: string; readonly by: string }[] = [];

  constructor(world: PollingWorld, chance: Chance, name: string) {
    this.#world = world;
    this.#chance = chance;
    this.name = name;
    this.isFifo = chance.is(0.5);
    const suffix = this.isFifo ? '.fifo' : '';
    this.queueArn = `arn:aws:sqs:us-east-1:000000000000:${name}${suffix}`;
    this.deadArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead${suffix}`;
    this.#reports = chance.is(0.7);
    this.#hasDeadLetters = chance.is(0.4);
    this.#hasFilter = chance.is(0.3);
  }

  async make(): Promise<StoredMapping> {
    await this.#world.makeQueue(this.queueArn, this.#hasDeadLetters ? this.deadArn : undefined);
    const kind = this.isFifo ? 'sqs-fifo' : 'sqs';
    return this.#world.newMapping(this.name, kind, this.queueArn, this.#settings());
  }

  /** One random thing happens. */
  async step(): Promise<void> {
    const drawn = this.#chance.below(12);
    if (drawn < 8) await this.#send(1 + this.#chance.below(12));
    else if (drawn < 10) await this.#world.update(this.name, (before) => ({ ...before, ...this.#change() }));
    else if (drawn < 11) await this.#world.toggle(this.name);
    else await this.#world.hide(this.queueArn, LEAST_VISIBILITY_SECONDS + this.#chance.below(20));
  }

  run(event: unknown, draw: (count: number) => RunResult): unknown {
    const { Records: records } = event as QueueEvent;
    const messages = records.map(({ messageId }) => this.#sent.get(messageId));
    this.#tell(`gets ${messages.map((message) => message?.place).join()}`);
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

  received(messages: readonly QueuedMessage[]): void {
    for (const { receiptHandle, messageId } of messages) this.#ids.set(receiptHandle, messageId);
    if (messages.length > 0)
      this.#tell(`receives ${messages.map(({ messageId }) => this.#sent.get(messageId)?.place).join()}`);
  }

  /**
   * An acknowledged deletion means that the message is gone. Only whoever has died in between may have been late: a
   * poller settles what it has while nobody else can receive it.
   * @param receivesOf how often a message was received; undefined: it is not in the queue
   */
  async removed(
    { receipts, refused, isUnheard }: Removal,
    receivesOf: (id: string) => Promise<number | undefined>,
  ): Promise<void> {
    for (const receipt of receipts) {
      const message = this.#sent.get(this.#ids.get(receipt) ?? '');
      if (message === undefined) {
        this.problems.push(`${receipt} was deleted and never received`);
        continue;
      }
      const isRefused = refused.includes(receipt);
      const receives = await receivesOf(message.id);
      const isLate = receives !== parseReceiptHandle(receipt)?.receiveCount;
      this.#tell(`deletes ${message.place}${isRefused ? ' in vain' : ''}`);
      if (isRefused && isUnheard) continue;
      if (isRefused) this.problems.push(`${message.place} could not be deleted: its receipt had expired`);
      else if (receives === undefined) this.#checkGone(message);
      else if (!isLate) this.problems.push(`${message.place} is there after it was deleted`);
      else if (!isUnheard) this.problems.push(`${message.place} was received again before it was deleted`);
    }
  }

  /** What is still to come, without what went to the dead-letter queue. */
  async missing(): Promise<readonly string[]> {
    const dead = await this.#world.deadLetters(this.queueArn);
    return [...this.#sent.values()]
      .filter(({ id, isGone }) => !isGone && !dead.has(id))
      .map(({ place }) => String(place));
  }

  async checkEnd(): Promise<void> {
    const dead = await this.#world.deadLetters(this.queueArn);
    for (const { id, by } of this.#overtaken) {
      if (!dead.has(id)) this.problems.push(`${by} came ahead of ${this.#sent.get(id)?.place}`);
    }
    for (const { id, place, isDone, isFiltered } of this.#sent.values()) {
      if (!isDone && !isFiltered && !dead.has(id)) this.problems.push(`${place} was never processed`);
    }
  }

  #checkGone(message: Sent): void {
    message.isGone = true;
    if (!message.isDone && !message.isFiltered)
      this.problems.push(`${message.place} was deleted before it was processed`);
  }

  #checkDelivery(message: Sent | undefined, before: readonly (Sent | undefined)[]): void {
    if (message === undefined) return void this.problems.push('a message came that nobody has sent');
    if (message.isGone) this.problems.push(`${message.place} came after it was settled`);
    if (message.isFiltered) this.problems.push(`${message.place} came although no filter has it`);
    if (message.group === undefined) return;
    for (const other of this.#sent.values()) {
      const isAhead = other.group === message.group && other.place < message.place;
      if (isAhead && !other.isDone && !other.isFiltered && !before.includes(other))
        this.#overtaken.push({ id: other.id, by: String(message.place) });
    }
  }

  async #send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const group = this.isFifo ? this.#chance.pick(GROUPS) : undefined;
      const place = this.#sent.size;
      const isFiltered = this.#hasFilter && this.#chance.is(0.3);
      const body = JSON.stringify({ place, wanted: !isFiltered });
      const id = await this.#world.send(this.queueArn, body, group);
      this.#sent.set(id, { id, group, place, isFiltered, isDone: false, isGone: false });
      this.#tell(
        `is sent ${place}${group === undefined ? '' : ` ${group}`}${isFiltered ? ' (filtered)' : ''}`,
      );
    }
  }

  #settings(): MappingSettings {
    return {
      BatchSize: 10,
      ...this.#change(),
      FunctionResponseTypes: this.#reports ? ['ReportBatchItemFailures'] : [],
      ...(this.#hasFilter && { FilterCriteria: FILTER }),
    };
  }

  /** What an update may change without changing what the function's answers mean. */
  #change(): MappingSettings {
    const windowSeconds = this.isFifo ? 0 : this.#chance.below(3);
    const drawn = this.#chance.below(3);
    return {
      BatchSize: 1 + this.#chance.below(windowSeconds > 0 ? 30 : 10),
      MaximumBatchingWindowInSeconds: windowSeconds,
      ScalingConfig: drawn === 0 ? { MaximumConcurrency: 2 } : undefined,
      ProvisionedPollerConfig: drawn === 1 ? { MinimumPollers: 2, MaximumPollers: 3 } : undefined,
    };
  }

  #tell(text: string): void {
    this.#world.trace.add(this.name, text);
  }
}
