import { randomUUID } from 'node:crypto';
import type { DeliveryQueue } from '../../../delivery/delivery-queue.ts';
import type { Delivery } from '../../../delivery/delivery.ts';
import type { Clock } from '../../../model/clock.ts';
import { type JsonValue, readExactJson } from '../../../model/event-pattern/exact-json.ts';
import type { Store } from '../../../store/store.ts';
import { type EventToArchive, insertArchived } from '../archives/archived-events.ts';
import type { BusName } from '../buses/stored-bus.ts';
import { SENDER, type TargetDelivery } from '../delivery/target-delivery.ts';
import type { EventsDirectory } from '../events-directory.ts';
import { withRole } from '../rules/rule-role.ts';
import { claimInstant } from '../rules/rule-rows.ts';
import { type LiveRule, liveRule } from '../rules/stored-rule.ts';
import type { PlatformEvent } from './platform-event.ts';

interface RouterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly directory: EventsDirectory;
  readonly deliveries: DeliveryQueue;
}

/** An event and the bus it was put on. */
export interface PutEvent {
  readonly bus: BusName;
  readonly event: PlatformEvent;
  /** How many buses it has come over: one of them may lead back to another. */
  readonly hops: number;
  /** `X-Amzn-Trace-Id` value of what it comes from. */
  readonly traceHeader?: string | undefined;
}

/** Finds the rules an event matches, and puts a delivery on disk for each of their targets; archives that want it keep it. */
export class EventRouter {
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Resolves when all of it is on disk, and in the archives of the buses. */
  async put(events: readonly PutEvent[]): Promise<void> {
    const found: Delivery[] = [];
    const archived: EventToArchive[] = [];
    for (const put of events) {
      const read = readEvent(put);
      if (read === undefined) continue;
      found.push(...this.#deliveriesByRules(put, read));
      archived.push(...this.#archivedOf(put, read));
    }
    await this.#accept(found, archived);
  }

  /** What a replayed event leads to. @param ruleArns only these rules get it; undefined: all of the bus */
  deliveriesOf(put: PutEvent, ruleArns: readonly string[] | undefined): Delivery[] {
    const read = readEvent(put);
    return read === undefined ? [] : this.#deliveriesByRules(put, read, ruleArns);
  }

  /** What a rule's schedule sets off, whatever its pattern. */
  async fire(rule: LiveRule, event: PlatformEvent, atMs: number): Promise<void> {
    const { store, deliveries } = this.#options;
    const text = JSON.stringify(event);
    if (store.engine === 'sqlite') return await this.#accept(this.#deliveriesTo(rule, text, { hops: 0 }), []);
    const inserted = await store.write(async (tx) => {
      const now = await claimInstant(store, tx, rule, atMs);
      if (now === undefined) return undefined;
      return await deliveries.insert(tx, this.#deliveriesTo(liveRule(now), text, { hops: 0 }));
    });
    if (inserted !== undefined) deliveries.begin(inserted);
  }

  #deliveriesByRules(put: PutEvent, { text, value }: ReadEvent, ruleArns?: readonly string[]): Delivery[] {
    return [...this.#options.directory.rulesOf(put.bus)]
      .filter(({ arn }) => ruleArns?.includes(arn) !== false)
      .filter(({ isEnabled, matches }) => isEnabled && matches?.(value) === true)
      .flatMap((rule) => this.#deliveriesTo(rule, text, put));
  }

  #archivedOf({ bus, event }: PutEvent, { text, value }: ReadEvent): EventToArchive[] {
    if (event['replay-name'] !== undefined) return [];
    return [...this.#options.directory.archivesOf(bus)]
      .filter(({ matches }) => matches?.(value) !== false)
      .map((archive) => ({ archive, event, text }));
  }

  #deliveriesTo(
    rule: LiveRule,
    event: string,
    { hops, traceHeader }: Pick<PutEvent, 'hops' | 'traceHeader'>,
  ): Delivery[] {
    const nowMs = this.#options.clock.now();
    return rule.targets.map((target) => {
      const content: TargetDelivery = {
        ruleArn: rule.arn,
        ruleName: rule.name,
        accountId: rule.bus.accountId,
        target: withRole(rule, target),
        event,
        hops,
        ...(traceHeader !== undefined && { traceHeader }),
      };
      return {
        id: randomUUID(),
        sender: SENDER,
        lane: `${rule.arn}#${target.Id}`,
        isOrdered: false,
        content: JSON.stringify(content),
        acceptedAtMs: nowMs,
        dueAtMs: nowMs,
        attempts: 0,
      };
    });
  }

  async #accept(accepted: readonly Delivery[], archived: readonly EventToArchive[]): Promise<void> {
    if (accepted.length === 0 && archived.length === 0) return;
    const { store, clock, deliveries } = this.#options;
    const inserted = await store.write(async (tx) => {
      await insertArchived(tx, archived, clock.now());
      return await deliveries.insert(tx, accepted);
    });
    deliveries.begin(inserted);
  }
}

/** An event as text, and as patterns are asked about it. */
interface ReadEvent {
  readonly text: string;
  readonly value: JsonValue;
}

function readEvent({ event }: PutEvent): ReadEvent | undefined {
  const text = JSON.stringify(event);
  const value = readExactJson(text)?.value;
  return value === undefined ? undefined : { text, value };
}
