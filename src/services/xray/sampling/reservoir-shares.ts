import type { Place } from '../segments/segment-rows.ts';

/** A client that has not reported for so long has no share any more. */
const FORGOTTEN_AFTER_MS = 30_000;
/** Of one rule. */
const MOST_CLIENTS = 1_000;

/** Shares out how many requests a second a rule takes whatever comes, among the clients that sample by it. */
export class ReservoirShares {
  /** When each client has last reported, by rule. */
  readonly #clients = new Map<string, Map<string, number>>();

  /** The share of a client that reports now. */
  shareOf({ accountId, region }: Place, rule: string, client: string, size: number, nowMs: number): number {
    const key = `${accountId} ${region} ${rule}`;
    const clients = this.#clients.get(key) ?? new Map<string, number>();
    this.#clients.set(key, clients);
    clients.delete(client);
    clients.set(client, nowMs);
    for (const [other, atMs] of clients)
      if (atMs < nowMs - FORGOTTEN_AFTER_MS || clients.size > MOST_CLIENTS) clients.delete(other);
    // What cannot be divided goes to those whose names come first: each of them sees the same order.
    const place = [...clients.keys()].filter((other) => other < client).length;
    return Math.floor(size / clients.size) + (place < size % clients.size ? 1 : 0);
  }

  clear(): void {
    this.#clients.clear();
  }
}
