/** A message as the model knows it. Bodies are unique, so they name messages. */
export interface ModelMessage {
  readonly body: string;
  readonly group: string | undefined;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receives: number;
}

export interface ModelRules {
  readonly isFifo: boolean;
  readonly retentionMs: number;
  readonly delayMs: number;
  /** Undefined: no dead-letter queue. */
  readonly maxReceives: number | undefined;
  /** Deduplication ids count for their group alone. */
  readonly isPerGroup: boolean;
}

const DEDUPLICATION_MS = 300_000;

/** What SQS promises, written down slowly and obviously: one list of messages, searched from its beginning every time. */
export class QueueModel {
  readonly #rules: ModelRules;
  messages: ModelMessage[] = [];
  readonly #remembered = new Map<string, { body: string; untilMs: number }>();

  constructor(rules: ModelRules) {
    this.#rules = rules;
  }

  /** @returns the body of the message that was accepted: of a duplicate the earlier one */
  send(
    body: string,
    nowMs: number,
    { group, deduplicationId }: { group?: string; deduplicationId?: string },
    delayMs: number | undefined,
  ): string {
    if (deduplicationId !== undefined) {
      const key = this.#rules.isPerGroup ? `${group} ${deduplicationId}` : deduplicationId;
      const earlier = this.#remembered.get(key);
      if (earlier !== undefined && earlier.untilMs > nowMs) return earlier.body;
      this.#remembered.set(key, { body, untilMs: nowMs + DEDUPLICATION_MS });
    }
    this.messages.push({
      body,
      group,
      sentAtMs: nowMs,
      visibleAtMs: nowMs + (delayMs ?? this.#rules.delayMs),
      receives: 0,
    });
    return body;
  }

  /** Whether a message could be handed out now, for all that is known of it alone. */
  #isReady(message: ModelMessage, nowMs: number): boolean {
    if (message.visibleAtMs > nowMs || this.isExpired(message, nowMs)) return false;
    return this.#rules.maxReceives === undefined || message.receives < this.#rules.maxReceives;
  }

  isExpired(message: ModelMessage, nowMs: number): boolean {
    return message.sentAtMs + this.#rules.retentionMs <= nowMs;
  }

  /** Whether its next receive would be one too many. */
  isDead(message: ModelMessage): boolean {
    return this.#rules.maxReceives !== undefined && message.receives >= this.#rules.maxReceives;
  }

  /**
   * The messages a receiver may get, one list for each group: some of it, from its beginning. In a standard queue every
   * message is a group of its own.
   */
  offers(nowMs: number): ModelMessage[][] {
    if (!this.#rules.isFifo)
      return this.messages.filter((message) => this.#isReady(message, nowMs)).map((message) => [message]);
    const offers: ModelMessage[][] = [];
    for (const group of new Set(this.messages.map((message) => message.group))) {
      const members = this.messages.filter((message) => message.group === group);
      if (members.some(({ receives, visibleAtMs }) => receives > 0 && visibleAtMs > nowMs)) continue;
      const offer: ModelMessage[] = [];
      for (const member of members) {
        if (this.isExpired(member, nowMs) && member.visibleAtMs <= nowMs) continue;
        if (this.isDead(member)) continue;
        if (!this.#isReady(member, nowMs)) break;
        offer.push(member);
      }
      if (offer.length > 0) offers.push(offer);
    }
    return offers;
  }

  /** Takes note of a receive. @returns what is wrong with it; undefined when all is well */
  receive(bodies: readonly string[], most: number, nowMs: number, visibilityMs: number): string | undefined {
    const offers = this.offers(nowMs);
    const available = offers.reduce((sum, offer) => sum + offer.length, 0);
    // Messages that stay visible may be passed over: the same receive would find them again.
    const least = visibilityMs === 0 ? Math.min(1, available) : Math.min(most, available);
    if (bodies.length > most || bodies.length < least)
      return `${bodies.length} of ${available} messages for ${most}: ${bodies.join(', ')}`;
    const taken: ModelMessage[] = [];
    for (const body of bodies) {
      const offer = offers.find(([first]) => first?.body === body);
      const message = offer?.shift();
      if (message === undefined) return `${body} may not be received, or not before others of its group`;
      taken.push(message);
    }
    for (const message of taken) {
      message.receives += 1;
      message.visibleAtMs = nowMs + visibilityMs;
    }
    return undefined;
  }

  find(body: string): ModelMessage | undefined {
    return this.messages.find((message) => message.body === body);
  }

  remove(body: string): void {
    this.messages = this.messages.filter((message) => message.body !== body);
  }
}
