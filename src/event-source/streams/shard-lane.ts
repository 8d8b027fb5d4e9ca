import type { ShardRecord } from './shard-record.ts';

/** A share of a shard's records, in their order: those that wait to be received, and those that are not done with. */
export class ShardLane {
  #waiting: ShardRecord[] = [];
  /** What is not done with, and what is but stands behind that: by id, in order. */
  readonly #open = new Map<string, { isDone: boolean; readonly size: number }>();
  #openSize = 0;
  #wake: () => void = () => undefined;
  #through: string | undefined;

  constructor(through: string | undefined) {
    this.#through = through;
  }

  /** Everything of this lane up to here is done with. */
  get through(): string | undefined {
    return this.#through;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Characters of what is open. */
  get openSize(): number {
    return this.#openSize;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(records: readonly ShardRecord[]): void {
    for (const record of records) {
      const size = record.text.length;
      this.#waiting.push(record);
      this.#open.set(record.id, { isDone: false, size });
      this.#openSize += size;
    }
    if (records.length > 0) this.#wake();
  }

  take(most: number): ShardRecord[] {
    return this.#waiting.splice(0, most);
  }

  /** In front of what waits: they were taken before. */
  putBack(records: readonly ShardRecord[]): void {
    this.#waiting = [...records, ...this.#waiting];
  }

  /** @returns whether everything up to a later point is done with now. What was finished before stays so */
  finish(records: readonly ShardRecord[]): boolean {
    for (const { id } of records) {
      const open = this.#open.get(id);
      if (open !== undefined) open.isDone = true;
    }
    const before = this.#through;
    for (const [id, { isDone, size }] of this.#open) {
      if (!isDone) break;
      this.#open.delete(id);
      this.#openSize -= size;
      this.#through = id;
    }
    return this.#through !== before;
  }

  /** The shard was read up to here; a lane that has nothing open has come as far. */
  pass(sequenceNumber: string): void {
    if (this.#open.size === 0) this.#through = sequenceNumber;
  }

  /** Looks again at what waits, and at the end of the shard. */
  wake(): void {
    this.#wake();
  }

  /** Calls back once, when there may be something. */
  whenWoken(wake: () => void): void {
    this.#wake = wake;
  }
}
