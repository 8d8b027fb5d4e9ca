interface Expected {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What should arrive where and when, and what did. */
export class Ledger {
  readonly #expected = new Map<string, Expected[]>();
  readonly #arrived = new Map<string, number[]>();

  /** @param untilMs where the moment is not certain: the last one that is right */
  expect(place: string, what: string, fromMs: number, untilMs = fromMs): void {
    list(this.#expected, `${place}: ${what}`).push({ fromMs, untilMs });
  }

  saw(place: string, what: string, atMs: number): void {
    list(this.#arrived, `${place}: ${what}`).push(atMs);
  }

  /** How many things arrived. */
  get size(): number {
    return [...this.#arrived.values()].reduce((sum, times) => sum + times.length, 0);
  }

  /** Everything that is missing, that should not be there, or that came at another time. */
  problems(): string[] {
    const keys = new Set([...this.#expected.keys(), ...this.#arrived.keys()]);
    return [...keys].flatMap((key) => {
      const expected = (this.#expected.get(key) ?? []).toSorted((a, b) => a.fromMs - b.fromMs);
      const arrived = (this.#arrived.get(key) ?? []).toSorted((a, b) => a - b);
      const isRight =
        expected.length === arrived.length &&
        expected.every(({ fromMs, untilMs }, index) => {
          const atMs = arrived[index] ?? Number.NaN;
          return atMs >= fromMs && atMs <= untilMs;
        });
      if (isRight) return [];
      const wanted = expected.map(({ fromMs, untilMs }) =>
        fromMs === untilMs ? shown(fromMs) : `${shown(fromMs)} to ${shown(untilMs)}`,
      );
      return [`${key}: at [${arrived.map(shown).join(', ')}] instead of [${wanted.join(', ')}]`];
    });
  }
}

function list<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key) ?? [];
  lists.set(key, known);
  return known;
}

function shown(atMs: number): string {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : 'ever';
}
