import { LaneHeaders } from './fast-lane-headers.ts';
import { hashOn, NAME_BYTES, PLACES, placeOf, REFUSED } from './fast-lane-names.ts';

const MAX_HEADERS = 100;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** 1 for what may stand in a value: anything else, even where HTTP allows it, is node:http's to judge. */
const VALUE_BYTES = new Uint8Array(256).fill(1, SPACE, 0x7f);
VALUE_BYTES[TAB] = 1;

const NOTHING: readonly number[] = Array.from({ length: 2 * PLACES }, () => 0);

/** Reads header lines, byte by byte: once, with all that is checked. */
export class HeadReader {
  /** Hashes of the names of the head in hand. */
  readonly #names = new Int32Array(MAX_HEADERS);
  #count = 0;

  /**
   * @param start of the first header line
   * @param limit where the head must have ended
   * @returns undefined if one of the lines is malformed, repeated or unwelcome, or the empty one is missing
   */
  read(bytes: Buffer, start: number, limit: number): LaneHeaders | undefined {
    const stop = Math.min(bytes.length, limit);
    // Where values begin and end, two for each place; text is made of them later.
    const values = NOTHING.slice();
    const others: number[] = [];
    this.#count = 0;
    let at = start;
    while (at < stop && bytes[at] !== CARRIAGE_RETURN) {
      at = this.#line(bytes, at, values, others);
      if (at < 0) return undefined;
    }
    const end = at + 2;
    if (end > stop || bytes[at + 1] !== LINE_FEED) return undefined;
    return new LaneHeaders(bytes.toString('latin1', 0, at), start, end, values, others);
  }

  /** @returns where the next line begins; -1 when this one is none, or not one to go on with */
  #line(bytes: Buffer, start: number, values: number[], others: number[]): number {
    const { length } = bytes;
    let at = start;
    let hash = 0;
    for (let byte = 0; at < length && (byte = NAME_BYTES[bytes[at] ?? 0] ?? 0) !== 0; at += 1) {
      hash = hashOn(hash, byte);
    }
    if (at === start || bytes[at] !== COLON || !this.#isNew(hash)) return -1;
    const place = placeOf(hash, bytes, start, at);
    if (place === REFUSED) return -1;
    if (place === undefined) others.push(start, at);
    at += 1;
    while (at < length && isBlank(bytes[at])) at += 1;
    const valueStart = at;
    while (at < length && VALUE_BYTES[bytes[at] ?? 0] === 1) at += 1;
    if (bytes[at] !== CARRIAGE_RETURN || bytes[at + 1] !== LINE_FEED) return -1;
    if (place !== undefined) {
      let valueEnd = at;
      while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) valueEnd -= 1;
      values[2 * place] = valueStart;
      values[2 * place + 1] = valueEnd;
    }
    return at + 2;
  }

  /** Not there yet. Two names with one hash count as the same: at worst node:http gets a request too many. */
  #isNew(hash: number): boolean {
    const names = this.#names;
    for (let index = 0; index < this.#count; index += 1) if (names[index] === hash) return false;
    if (this.#count === MAX_HEADERS) return false;
    names[this.#count] = hash;
    this.#count += 1;
    return true;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
