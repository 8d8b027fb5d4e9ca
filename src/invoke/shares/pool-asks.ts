/** Somebody who would be refused for want of something. */
export interface Asker {
  readonly count: number;
  /** Called once: there is more now, or nothing to be had. */
  readonly onAnswer: () => void;
}

/** Asked together, answered together. */
export interface AskGroup {
  readonly askers: Asker[];
  /** Its petition, when it has to wait for others. */
  petition: number | undefined;
  readonly sinceMs: number;
  /** It is in a report that is under way: who comes now comes too late for it. */
  isClosed: boolean;
}

/** Nobody is kept waiting for longer, whatever the database does. */
const LONGEST_MS = 2_000;

/** Who waits for more of what. */
export class PoolAsks {
  /** By pool. */
  readonly #current = new Map<string, AskGroup>();
  readonly #next = new Map<string, Asker[]>();
  readonly #timers = new Map<AskGroup, NodeJS.Timeout>();

  get size(): number {
    return this.#current.size;
  }

  get pools(): Iterable<string> {
    return this.#current.keys();
  }

  /** Somebody waits for the next report. */
  get hasNew(): boolean {
    for (const { isClosed } of this.#current.values()) if (!isClosed) return true;
    return false;
  }

  find(pool: string): AskGroup | undefined {
    return this.#current.get(pool);
  }

  /** What others give back for a petition that is under way may be gone again: who comes later is asked for anew. */
  add(pool: string, asker: Asker): void {
    const group = this.#current.get(pool);
    if (group === undefined) this.#open(pool, [asker]);
    else if (!group.isClosed) group.askers.push(asker);
    else {
      const next = this.#next.get(pool);
      if (next === undefined) this.#next.set(pool, [asker]);
      else next.push(asker);
    }
  }

  finish(pool: string, group: AskGroup): void {
    if (this.#current.get(pool) !== group) return;
    clearTimeout(this.#timers.get(group));
    this.#timers.delete(group);
    this.#current.delete(pool);
    const next = this.#next.get(pool);
    this.#next.delete(pool);
    if (next !== undefined) this.#open(pool, next);
    for (const { onAnswer } of group.askers) onAnswer();
  }

  finishAll(): void {
    for (const [pool, { length }] of this.#next) if (length > 0) this.#merge(pool);
    // Whoever is answered may ask anew.
    const groups = new Map(this.#current);
    for (const [pool, group] of groups) this.finish(pool, group);
  }

  #merge(pool: string): void {
    const next = this.#next.get(pool) ?? [];
    this.#next.delete(pool);
    this.#current.get(pool)?.askers.push(...next);
  }

  #open(pool: string, askers: Asker[]): void {
    const group = { askers, petition: undefined, sinceMs: performance.now(), isClosed: false };
    this.#current.set(pool, group);
    this.#timers.set(group, setTimeout(() => this.finish(pool, group), LONGEST_MS).unref());
  }
}
