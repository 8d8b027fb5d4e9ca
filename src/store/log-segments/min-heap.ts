/** A binary heap: `pop` returns the smallest item by `compare`. */
export class MinHeap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || this.#compare(parent, item) <= 0) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  }

  pop(): T | undefined {
    const top = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return top;
  }

  /** Puts `item` in the root's place and lets it sink to its own. */
  #sink(item: T): void {
    const items = this.#items;
    let index = 0;
    for (;;) {
      const childIndex = this.#smallerChild(index);
      const child = items[childIndex];
      if (child === undefined || this.#compare(item, child) <= 0) break;
      items[index] = child;
      index = childIndex;
    }
    items[index] = item;
  }

  #smallerChild(index: number): number {
    const left = 2 * index + 1;
    const a = this.#items[left];
    const b = this.#items[left + 1];
    return a !== undefined && b !== undefined && this.#compare(b, a) < 0 ? left + 1 : left;
  }
}
