import { GatheredBytes } from '../model/gathered-bytes.ts';

/** What the requests under way on all connections may take together. What does not fit is node:http's. */
const MOST_BYTES = 256 * 1024 * 1024;
/** A body that takes longer to come is node:http's, which knows when it has taken too long. */
const SLOW_MS = 1000;

/** Room for requests that have begun to come. */
export class GatheringRoom {
  #left = MOST_BYTES;

  /** @returns undefined when there is no room for it */
  begin(begun: Buffer, size: number, onSlow: () => void): Gathering | undefined {
    if (size > this.#left) return undefined;
    this.#left -= size;
    const slow = setTimeout(onSlow, SLOW_MS);
    return new Gathering(begun, size, () => {
      clearTimeout(slow);
      this.#left += size;
    });
  }
}

/** A request whose head is there, and whose body is still coming. */
export class Gathering extends GatheredBytes {
  readonly #onTaken: () => void;

  constructor(begun: Buffer, size: number, onTaken: () => void) {
    super(begun, size);
    this.#onTaken = onTaken;
  }

  /** What has come. To be called once, at the end. */
  take(): Buffer {
    this.#onTaken();
    return this.bytes;
  }
}
