/** So many places that are empty again are kept before the rest moves up. */
const MOST_EMPTY = 64;

/** First in, first out. An array's own `shift` moves all that is behind, which with a hundred waiting is a cost. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  /** That has been in for the longest time. */
  get oldest(): Item | undefined {
    return this.#items[this.#first];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** They are again what they were before they were taken: the oldest, in this order. */
  putBack(items: readonly Item[]): void {
    if (items.length === 0) return;
    this.#items = [...items, ...this.#items.slice(this.#first)];
    this.#first = 0;
  }

  /** Takes the oldest. */
  shift(): Item | undefined {
    const item = this.#items[this.#first];
    if (item === undefined) return undefined;
    this.#items[this.#first] = undefined;
    this.#first += 1;
    if (this.#first === this.#items.length) this.#clear();
    else if (this.#first > MOST_EMPTY && 2 * this.#first > this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** Takes the newest. */
  pop(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items.pop();
    if (this.length === 0) this.#clear();
    return item;
  }

  /** Takes all, oldest first. */
  takeAll(): Item[] {
    const items = this.#items.slice(this.#first) as Item[];
    this.#clear();
    return items;
  }

  #clear(): void {
    this.#items.length = 0;
    this.#first = 0;
  }
}
