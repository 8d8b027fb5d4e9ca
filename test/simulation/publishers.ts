import type { Chance, Span } from './chance.ts';
import { spanAt } from './chance.ts';
import type { Ledger } from './ledger.ts';
import { queueArn } from './sinks.ts';
import { functionArn, reachedAtMs, topicArn } from './traffic.ts';
import type { World } from './world.ts';

const COLOURS = ['red', 'green'] as const;
const GROUPS = ['one', 'two', 'three'] as const;
const LAST_PHASE_MS = 20_000;

/** Topics and buses with their subscriptions and rules, what is published, and where each message should arrive. */
export class Publishers {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #ledger: Ledger;
  /** When the function `billing` takes nothing. */
  readonly #outages: readonly Span[];

  constructor(world: World, chance: Chance, ledger: Ledger, outages: readonly Span[]) {
    this.#world = world;
    this.#chance = chance;
    this.#ledger = ledger;
    this.#outages = outages;
  }

  async open(): Promise<void> {
    for (const name of ['messages', 'records', 'dead'])
      await this.#world.call('sns', 'CreateTopic', { Name: name });
    const Attributes = { FifoTopic: 'true', ContentBasedDeduplication: 'true' };
    await this.#world.call('sns', 'CreateTopic', { Name: 'ordered.fifo', Attributes });
    const raw = { RawMessageDelivery: 'true' };
    await this.#subscribe('records', queueArn('records-topic'), raw);
    await this.#subscribe('dead', queueArn('dead-topic'), raw);
    await this.#subscribe('messages', queueArn('all-messages'), raw);
    await this.#subscribe('messages', queueArn('red-messages'), { FilterPolicy: '{"colour":["red"]}' });
    await this.#subscribe('messages', functionArn('billing'), {});
    await this.#subscribe('messages', queueArn('nobody-made-this'), {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('lost-messages') }),
    });
    await this.#subscribe('ordered.fifo', queueArn('ordered-messages.fifo'), raw);
    await this.#world.call('events', 'CreateEventBus', { Name: 'records' });
    await this.#rule('records', 'all', '{"source":["lambda"]}', [{ Arn: queueArn('records-bus') }]);
    const deadLetters = { DeadLetterConfig: { Arn: queueArn('failed-targets') } };
    await this.#rule('default', 'orders', '{"source":["shop"]}', [
      { Arn: queueArn('orders') },
      { Arn: functionArn('billing') },
      { Arn: queueArn('nobody-made-this'), ...deadLetters },
    ]);
    await this.#rule('default', 'big', '{"detail":{"amount":[{"numeric":[">=",50]}]}}', [
      { Arn: queueArn('big-orders') },
    ]);
  }

  async step(token: string): Promise<void> {
    const choice = this.#chance.below(3);
    if (choice === 0) await this.#publish(token);
    else if (choice === 1) await this.#publishInOrder(token);
    else await this.#putEvent(token);
  }

  async #publish(token: string): Promise<void> {
    const colour = this.#chance.pick(COLOURS);
    const nowMs = this.#world.clock.now();
    await this.#world.call('sns', 'Publish', {
      TopicArn: topicArn('messages'),
      Message: `{"token":"${token}"}`,
      MessageAttributes: { colour: { DataType: 'String', StringValue: colour } },
    });
    this.#ledger.expect('all-messages', token, nowMs);
    if (colour === 'red') this.#ledger.expect('red-messages', token, nowMs);
    this.#ledger.expect('lost-messages', token, nowMs);
    const outage = spanAt(this.#outages, nowMs);
    if (outage === undefined) this.#ledger.expect('accepted by billing', token, nowMs);
    else this.#ledger.expect('accepted by billing', token, outage[1], outage[1] + LAST_PHASE_MS);
  }

  async #publishInOrder(token: string): Promise<void> {
    const input = { TopicArn: topicArn('ordered.fifo'), MessageGroupId: this.#chance.pick(GROUPS) };
    await this.#world.call('sns', 'Publish', { ...input, Message: `{"token":"${token}"}` });
    this.#ledger.expect('ordered-messages.fifo', token, this.#world.clock.now());
  }

  async #putEvent(token: string): Promise<void> {
    const amount = this.#chance.below(100);
    const nowMs = this.#world.clock.now();
    const Entry = { Source: 'shop', DetailType: 'order', Detail: JSON.stringify({ token, amount }) };
    await this.#world.call('events', 'PutEvents', { Entries: [Entry] });
    this.#ledger.expect('orders', token, nowMs);
    if (amount >= 50) this.#ledger.expect('big-orders', token, nowMs);
    this.#ledger.expect('failed-targets', `${token} QueueDoesNotExist 0`, nowMs);
    this.#ledger.expect('accepted by billing', token, reachedAtMs(nowMs, this.#outages));
  }

  async #subscribe(topic: string, endpoint: string, Attributes: Record<string, string>): Promise<void> {
    const Protocol = endpoint.split(':')[2];
    await this.#world.call('sns', 'Subscribe', {
      TopicArn: topicArn(topic),
      Protocol,
      Endpoint: endpoint,
      Attributes,
    });
  }

  async #rule(bus: string, name: string, pattern: string, targets: readonly object[]): Promise<void> {
    const rule = { EventBusName: bus };
    await this.#world.call('events', 'PutRule', { ...rule, Name: name, EventPattern: pattern });
    const Targets = targets.map((target, index) => ({ Id: `t${index}`, ...target }));
    await this.#world.call('events', 'PutTargets', { ...rule, Rule: name, Targets });
  }
}
