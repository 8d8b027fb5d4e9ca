/** Content that was put and not referenced for so long is given up. */
export const ABANDONED_AFTER_MS = 15 * 60_000;

/** Content that was put and that no committed row names yet. */
interface Pin {
  count: number;
  readonly size: number;
  readonly sinceMs: number;
}

/** What this process has put and is about to refer to, by content. */
export class BlobPins {
  readonly #pins = new Map<string, Pin>();

  find(sha256: string): Readonly<Pin> | undefined {
    return this.#pins.get(sha256);
  }

  add(sha256: string, size: number): void {
    const count = (this.#pins.get(sha256)?.count ?? 0) + 1;
    // Set anew, so that the map stays ordered by time.
    this.#pins.delete(sha256);
    this.#pins.set(sha256, { count, size, sinceMs: performance.now() });
  }

  remove(sha256: string): void {
    const pin = this.#pins.get(sha256);
    if (pin === undefined) return;
    pin.count -= 1;
    if (pin.count === 0) this.#pins.delete(sha256);
  }

  /** Forgets those that nobody has come back to. @returns which */
  dropAbandoned(): string[] {
    const abandoned: string[] = [];
    for (const [sha256, pin] of this.#pins) {
      if (performance.now() - pin.sinceMs < ABANDONED_AFTER_MS) break;
      this.#pins.delete(sha256);
      abandoned.push(sha256);
    }
    return abandoned;
  }

  clear(): void {
    this.#pins.clear();
  }
}
