/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  /** 0 to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 on. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}

/** The same for the same text, whatever was asked before: 0 to 1, without 1. */
export function lot(seed: number, text: string): number {
  let hash = seed | 0;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return new Chance(hash).next();
}

/** From the first moment on, up to the second. */
export type Span = readonly [fromMs: number, untilMs: number];

/** Spans of up to `longestMs`, some time apart from each other. */
export function randomSpans(chance: Chance, fromMs: number, untilMs: number, longestMs: number): Span[] {
  const spans: Span[] = [];
  let atMs = fromMs + chance.below(longestMs * 4);
  while (atMs < untilMs) {
    const endMs = atMs + 1000 + chance.below(longestMs);
    spans.push([atMs, endMs]);
    atMs = endMs + longestMs + chance.below(longestMs * 20);
  }
  return spans;
}

/** The span that a moment is in. */
export function spanAt(spans: readonly Span[], atMs: number): Span | undefined {
  return spans.find(([fromMs, untilMs]) => atMs >= fromMs && atMs < untilMs);
}
