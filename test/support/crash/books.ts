/** Where something that was accepted has to arrive. */
export type Sink = 'dead' | 'failures' | 'function' | 'inbox' | 'ordered';

/** What clients have been told, and what has come of it. A word is `<lane> <number>`; a lane's numbers only grow. */
export class Books {
  readonly #owed = new Map<Sink, Set<string>>();
  readonly #arrived = new Map<Sink, Map<string, number>>();
  /** By lane, what a FIFO queue owes, in the order of acknowledgement. */
  readonly #lanes = new Map<string, string[]>();
  /** They may arrive or not. */
  readonly #excused = new Set<string>();
  /** Whose deletion was asked for: they may be gone. */
  readonly #dismissed = new Set<string>();
  /** Whose deletion was acknowledged: they may never come again. */
  readonly #deleted = new Set<string>();
  readonly reappeared: string[] = [];
  /** Received before one that was acknowledged earlier in the same group. */
  readonly disorder: string[] = [];

  /** Its acceptance was acknowledged. */
  owe(word: string, ...sinks: Sink[]): void {
    for (const sink of sinks) entryOf(this.#owed, sink, () => new Set<string>()).add(word);
    if (sinks.includes('ordered')) entryOf(this.#lanes, laneOf(word), () => []).push(word);
  }

  /** It was taken, and perhaps too late to have an effect. */
  excuse(word: string): void {
    this.#excused.add(word);
  }

  arrive(sink: Sink, word: string): void {
    const counts = entryOf(this.#arrived, sink, () => new Map<string, number>());
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }

  /** @param words what one receive of a FIFO queue has brought */
  arriveInOrder(words: readonly string[]): void {
    const before = new Set<string>();
    for (const word of words) {
      const lane = this.#lanes.get(laneOf(word)) ?? [];
      const isAhead = (other: string): boolean =>
        numberOf(other) < numberOf(word) && !this.#dismissed.has(other) && !before.has(other);
      this.disorder.push(...lane.filter(isAhead).map((ahead) => `${word} before ${ahead}`));
      before.add(word);
      this.arrive('ordered', word);
    }
  }

  /** @param identity what tells a message from all others */
  receive(identity: string): void {
    if (this.#deleted.has(identity)) this.reappeared.push(identity);
  }

  askDelete(identity: string): void {
    this.#dismissed.add(identity);
  }

  noteDeleted(identity: string): void {
    this.#deleted.add(identity);
  }

  /** All that was acknowledged, once for each sink. */
  get owed(): number {
    return [...this.#owed.values()].reduce((sum, words) => sum + words.size, 0);
  }

  /** Owed, and nowhere to be seen. */
  missing(): string[] {
    return [...this.#owed].flatMap(([sink, words]) =>
      [...words]
        .filter((word) => this.#arrived.get(sink)?.has(word) !== true)
        .map((word) => `${word} (${sink})`),
    );
  }

  /** Arrived, and never acknowledged. */
  unasked(): string[] {
    return [...this.#arrived].flatMap(([sink, words]) =>
      [...words.keys()]
        .filter((word) => this.#owed.get(sink)?.has(word) !== true && !this.#excused.has(word))
        .map((word) => `${word} (${sink})`),
    );
  }

  /** How often things have arrived at a sink: all, and beyond the first time. */
  arrivals(sink: Sink): { readonly all: number; readonly again: number } {
    const counts = [...(this.#arrived.get(sink)?.values() ?? [])];
    const all = counts.reduce((sum, count) => sum + count, 0);
    return { all, again: all - counts.length };
  }

  summary(): string {
    const lines = [...this.#owed].map(([sink, words]) => {
      const { all, again } = this.arrivals(sink);
      return `${sink}: ${words.size} acknowledged, ${all} arrived, of these ${again} again`;
    });
    return [...lines, `deletions: ${this.#deleted.size} acknowledged`].join('\n');
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function laneOf(word: string): string {
  return word.slice(0, word.indexOf(' '));
}

function numberOf(word: string): number {
  return Number(word.slice(word.indexOf(' ') + 1));
}
