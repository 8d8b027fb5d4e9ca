import type { Change } from './change-feed.ts';

/** Longer than any answer of the database can be under way. */
const REMEMBERED_MS = 120_000;

/**
 * Which change of a thing was told last, by number: the answer to a commit of ours may come later than a question that has
 * found another platform's change of the same thing behind it, or the other way about.
 */
export class OrderOfChanges {
  #told = new Map<string, number>();
  #toldBefore = new Map<string, number>();
  #sinceMs = performance.now();

  /** Whether it is the latest so far; then later ones are measured by it. */
  isNewest({ kind, key }: Pick<Change, 'kind' | 'key'>, number: number): boolean {
    const name = `${kind} ${key}`;
    if ((this.#told.get(name) ?? this.#toldBefore.get(name) ?? 0) > number) return false;
    this.#told.set(name, number);
    return true;
  }

  /** Forgets what was told long ago. */
  age(): void {
    if (performance.now() - this.#sinceMs < REMEMBERED_MS) return;
    this.#sinceMs = performance.now();
    this.#toldBefore = this.#told;
    this.#told = new Map();
  }
}
