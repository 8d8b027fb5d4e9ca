import { randomUUID } from 'node:crypto';
import type { DeliveryQueue } from '../../../delivery/delivery-queue.ts';
import type { Delivery } from '../../../delivery/delivery.ts';
import type { Clock } from '../../../model/clock.ts';
import { readExactJson } from '../../../model/event-pattern/exact-json.ts';
import type { Store } from '../../../store/store.ts';
import type { BusName } from '../buses/stored-bus.ts';
import { SENDER, type TargetDelivery } from '../delivery/target-delivery.ts';
import type { EventsDirectory } from '../events-directory.ts';
import type { LiveRule } from '../rules/stored-rule.ts';
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
}

/** Finds the rules an event matches, and puts a delivery on disk for each of their targets. */
export class EventRouter {
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Resolves when all of it is on disk. */
  async put(events: readonly PutEvent[]): Promise<void> {
    const { directory } = this.#options;
    const found = events.flatMap(({ bus, event, hops }) => {
      const text = JSON.stringify(event);
      const value = readExactJson(text)?.value;
      if (value === undefined) return [];
      const rules = [...directory.rulesOf(bus)].filter(
        ({ isEnabled, matches }) => isEnabled && matches?.(value) === true,
      );
      return rules.flatMap((rule) => this.#deliveriesOf(rule, text, hops));
    });
    await this.#accept(found);
  }

  /** What a rule's schedule sets off, whatever its pattern. */
  async fire(rule: LiveRule, event: PlatformEvent): Promise<void> {
    await this.#accept(this.#deliveriesOf(rule, JSON.stringify(event), 0));
  }

  #deliveriesOf(rule: LiveRule, event: string, hops: number): Delivery[] {
    const nowMs = this.#options.clock.now();
    return rule.targets.map((target) => {
      const content: TargetDelivery = {
        ruleArn: rule.arn,
        ruleName: rule.name,
        accountId: rule.bus.accountId,
        target,
        event,
        hops,
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

  async #accept(accepted: readonly Delivery[]): Promise<void> {
    if (accepted.length === 0) return;
    const { store, deliveries } = this.#options;
    deliveries.begin(await store.write(async (tx) => await deliveries.insert(tx, accepted)));
  }
}
