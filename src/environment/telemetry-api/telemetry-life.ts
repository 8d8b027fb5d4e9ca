import { eventJson } from './event-json.ts';
import type { Connect } from './destination.ts';
import { openDestination } from './open-destination.ts';
import { Subscriber } from './subscriber.ts';
import type { Subscription } from './subscription.ts';
import type { DroppedTelemetry, TelemetryApi, TelemetryEvent } from './telemetry-event.ts';

/** How much of Init is kept for those who have yet to subscribe. */
const HISTORY_EVENTS = 10_000;
const HISTORY_CHARACTERS = 1024 * 1024;

export interface TelemetryParts {
  readonly connect: Connect;
  /** The function's log format is JSON. */
  readonly hasJsonLogs: boolean;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A subscriber did not get everything. */
  readonly onDropped: (dropped: DroppedTelemetry) => void;
}

interface Entry {
  readonly subscription: Subscription;
  readonly subscriber: Subscriber;
}

/** The subscriptions of one life of an environment's processes, and the events of its Init, which came before them. */
export class TelemetryLife {
  readonly #parts: TelemetryParts;
  readonly #byExtension = new Map<string, Entry>();
  #history: TelemetryEvent[] = [];
  #historyCharacters = 0;
  #missedEvents = 0;
  #missedCharacters = 0;
  #isOpen = true;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
  }

  /** Init is not over: extensions may subscribe. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isWanted(): boolean {
    return this.#isOpen || this.#byExtension.size > 0;
  }

  /** By which API an extension has subscribed. */
  apiOf(name: string): TelemetryApi | undefined {
    return this.#byExtension.get(name)?.subscription.api;
  }

  /**
   * Takes the place of the extension's earlier subscription, unless that is the same.
   * @returns whether anything has changed
   */
  subscribe(name: string, subscription: Subscription): boolean {
    const earlier = this.#byExtension.get(name);
    if (JSON.stringify(earlier?.subscription) === JSON.stringify(subscription)) return false;
    earlier?.subscriber.close();
    const entry = { subscription, subscriber: this.#newSubscriber(subscription) };
    this.#byExtension.set(name, entry);
    entry.subscriber.missed(this.#missedEvents, this.#missedCharacters);
    for (const event of this.#history) this.#offer(event, entry);
    return true;
  }

  publish(event: TelemetryEvent): void {
    if (this.#isOpen) this.#keep(event);
    for (const entry of this.#byExtension.values()) this.#offer(event, entry);
  }

  /** Init is over. */
  close(): void {
    this.#isOpen = false;
    this.#history = [];
  }

  /** From now on nothing waits for company. Resolves when all has arrived, or after `limitMs`. */
  async hurry(limitMs: number): Promise<void> {
    const entries = [...this.#byExtension.values()];
    await Promise.all(entries.map(({ subscriber }) => subscriber.hurry(limitMs)));
  }

  /** The processes have ended: there is nobody left to tell. */
  end(): void {
    this.close();
    for (const { subscriber } of this.#byExtension.values()) subscriber.close();
    this.#byExtension.clear();
  }

  #newSubscriber(subscription: Subscription): Subscriber {
    const { connect, hasJsonLogs, now, onDropped } = this.#parts;
    return new Subscriber({
      buffering: subscription.buffering,
      destination: openDestination(subscription.destination, connect),
      droppedJson: (dropped) =>
        eventJson(
          { timeMs: now(), stream: 'platform', type: 'platform.logsDropped', record: { ...dropped } },
          subscription,
          hasJsonLogs,
        ),
      onDropped,
    });
  }

  #offer(event: TelemetryEvent, { subscription, subscriber }: Entry): void {
    const json = eventJson(event, subscription, this.#parts.hasJsonLogs);
    if (json !== undefined) subscriber.push(json, event.stream === 'platform');
  }

  #keep(event: TelemetryEvent): void {
    const characters = typeof event.record === 'string' ? event.record.length : 0;
    const isFull =
      this.#history.length >= HISTORY_EVENTS || this.#historyCharacters + characters > HISTORY_CHARACTERS;
    if (isFull) {
      this.#missedEvents += 1;
      this.#missedCharacters += characters;
      return;
    }
    this.#history.push(event);
    this.#historyCharacters += characters;
  }
}
