/** Something a service has accepted and still has to hand to its target: a message for a subscriber, an event for a rule's target. */
export interface Delivery {
  /** UUID */
  readonly id: string;
  /** The service that accepted it, such as `sns`. */
  readonly sender: string;
  /** Deliveries of one lane go to the same target: ARN of a subscription, of a rule and its target. */
  readonly lane: string;
  /** One after the other with the rest of its lane, in the order of acceptance: a message of a FIFO topic. */
  readonly isOrdered: boolean;
  /** JSON of the sender's own. */
  readonly content: string;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly acceptedAtMs: number;
  /** Not before this time; ordered ones also not before those ahead of them. */
  readonly dueAtMs: number;
  /** Tries so far. */
  readonly attempts: number;
}

/** What becomes of a delivery after a try. Where it went instead, such as a dead-letter queue, is part of the try. */
export type DeliveryStep = { readonly kind: 'done' } | { readonly kind: 'retry'; readonly afterMs: number };

/** A service's side of its deliveries. */
export interface DeliveryHandler {
  /** One try. May come again for what was tried before, when the platform died before the outcome was on disk. */
  attempt(delivery: Delivery): Promise<DeliveryStep>;
}
