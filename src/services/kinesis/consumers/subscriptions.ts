import type { Clock } from '../../../model/clock.ts';
import { inUse } from '../kinesis-errors.ts';

/** Why a subscription ended. */
export type SubscriptionEnd = 'time' | 'taken over' | 'closed';

/** One consumer's hold of one shard. */
export class Subscription {
  readonly beganAtMs: number;
  readonly #ending = new AbortController();
  #reason: SubscriptionEnd | undefined;

  constructor(beganAtMs: number) {
    this.beganAtMs = beganAtMs;
  }

  /** Aborts at the end. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get reason(): SubscriptionEnd | undefined {
    return this.#reason;
  }

  end(reason: SubscriptionEnd): void {
    this.#reason ??= reason;
    this.#ending.abort();
  }
}

/** A subscription holds so long at most. */
const LONGEST_MS = 300_000;
/** So soon after a consumer has subscribed to a shard it cannot do so again. */
const SETTLED_MS = 5_000;

/** Who is subscribed to which shard: one subscription of a consumer to a shard, the latest. */
export class Subscriptions {
  readonly #clock: Clock;
  /** By consumer, then by shard. */
  readonly #held = new Map<string, Map<number, Subscription>>();
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes over from an earlier subscription. @throws ResourceInUseException when that is not five seconds old */
  begin(consumerArn: string, shard: number): Subscription {
    const shards = this.#held.get(consumerArn) ?? new Map<number, Subscription>();
    const nowMs = this.#clock.now();
    const earlier = shards.get(shard);
    if (earlier !== undefined && nowMs - earlier.beganAtMs < SETTLED_MS)
      throw inUse(`Another active subscription exists for this consumer: ${consumerArn}, shard ${shard}`);
    earlier?.end('taken over');
    const subscription = new Subscription(nowMs);
    this.#held.set(consumerArn, shards.set(shard, subscription));
    const cancel = this.#clock.schedule(LONGEST_MS, () => subscription.end('time'));
    subscription.signal.addEventListener('abort', () => {
      cancel();
      this.#drop(consumerArn, shard, subscription);
    });
    if (this.#isStopped) subscription.end('closed');
    return subscription;
  }

  /** Of a consumer, or of everybody. */
  end(consumerArn?: string): void {
    for (const [arn, shards] of this.#held) {
      if (consumerArn !== undefined && arn !== consumerArn) continue;
      for (const subscription of shards.values()) subscription.end('closed');
    }
  }

  /** Ends them all, and those that come. */
  stop(): void {
    this.#isStopped = true;
    this.end();
  }

  #drop(consumerArn: string, shard: number, subscription: Subscription): void {
    const shards = this.#held.get(consumerArn);
    if (shards?.get(shard) !== subscription) return;
    shards.delete(shard);
    if (shards.size === 0) this.#held.delete(consumerArn);
  }
}
