const ZERO = 0x30;
const NINE = 0x39;
const SMALL_A = 0x61;
const SMALL_F = 0x66;
const SPACE = 0x20;
const TAB = 0x09;
const DELETE = 0x7f;
/** Hexadecimal digits of a SHA-256. */
export const SIGNATURE_LENGTH = 64;

/** A head that was read and found well-formed, from its request line to the end of its last line. */
export interface ReadHead {
  readonly url: string;
  readonly text: string;
}

/** A header line whose value is another with each request. */
export interface Varying {
  /** In lower case. */
  readonly name: string;
  /** What all its values begin with: of `authorization` everything but the signature. */
  readonly start: string;
}

/**
 * What the heads of many requests have in common: the request line, the names of their headers in their order, and most values,
 * byte for byte. A client's next head differs from its last in a time, a hash and a signature; all else that was
 * found out about the one holds for the other. A form never changes.
 */
export class HeadForm {
  readonly url: string;
  /** One of those that have it. */
  readonly example: ReadHead;
  /** By name in lower case, in the order of their lines: the value, or the index of the varying one. */
  readonly headers: ReadonlyMap<string, string | number>;
  readonly varying: readonly Varying[];
  /** Equal for equal forms. */
  readonly key: string;
  /** What stays, without what varies. */
  readonly #fixed: DataView;
  /** Where in it the pieces end; behind each but the last comes a value that varies. */
  readonly #ends: readonly number[];
  /** Bytes; undefined where the length varies. */
  readonly #bodyLength: number | undefined;
  readonly #signature: number;
  readonly #length: number;

  /**
   * @param pieces what stays, from the first byte to the empty line
   * @param bodyLength what the head says of it, unless that varies
   */
  constructor(
    example: ReadHead,
    headers: ReadonlyMap<string, string | number>,
    varying: readonly Varying[],
    pieces: readonly string[],
    bodyLength: number | undefined,
  ) {
    this.url = example.url;
    this.example = example;
    this.headers = headers;
    this.varying = varying;
    this.key = pieces.join('\0');
    this.#fixed = viewOf(Buffer.from(pieces.join(''), 'latin1'));
    let end = 0;
    this.#ends = pieces.map((piece) => (end += piece.length));
    this.#bodyLength = bodyLength;
    this.#signature = varying.findIndex(({ name }) => name === 'authorization');
    this.#length = varying.findIndex(({ name }) => name === 'content-length');
  }

  /** Whether a header is the same with all requests of the form, or there with none. */
  isSteady(name: string): boolean {
    return typeof this.headers.get(name) !== 'number';
  }

  /**
   * @param limit where the head must have ended
   * @returns where the values that vary begin and end, and then where the head ends;
   * undefined when the bytes begin with a head of another form, or one to be looked at more closely
   */
  read(bytes: Buffer, limit: number): number[] | undefined {
    const fixed = this.#fixed;
    const ends = this.#ends;
    const stop = Math.min(bytes.length, limit);
    const view = new DataView(bytes.buffer, bytes.byteOffset, stop);
    const spans: number[] = [];
    let at = 0;
    let from = 0;
    for (let index = 0; ; index += 1) {
      const end = ends[index] ?? 0;
      if (at + end - from > stop || !isSame(fixed, from, end, view, at)) return undefined;
      at += end - from;
      from = end;
      if (index === ends.length - 1) break;
      const start = at;
      at = index === this.#signature ? endOfSignature(bytes, start) : endOfValue(bytes, start, stop);
      if (at < 0) return undefined;
      spans.push(start, at);
    }
    spans.push(at);
    return spans;
  }

  /**
   * @param spans what `read` has returned
   * @returns -1 when it isn't a plain small number
   */
  bodyLength(bytes: Buffer, spans: readonly number[], largest: number): number {
    const at = 2 * this.#length;
    const length = this.#bodyLength ?? numberIn(bytes, spans[at] ?? 0, spans[at + 1] ?? 0);
    return length > largest ? -1 : length;
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/**
 * Whether bytes of a form are those at a place. Eight at a time: read as a number, text is neither NaN nor zero, so equal
 * numbers are equal bytes. In a loop over bytes this would be half the cost of reading a head.
 */
function isSame(fixed: DataView, start: number, end: number, view: DataView, place: number): boolean {
  const shift = place - start;
  let from = start;
  for (; from + 8 <= end; from += 8) {
    if (fixed.getFloat64(from) !== view.getFloat64(from + shift)) return false;
  }
  for (; from < end; from += 1) if (fixed.getUint8(from) !== view.getUint8(from + shift)) return false;
  return true;
}

/** -1 for an empty value, and for one with blanks around it. */
function endOfValue(bytes: Buffer, start: number, stop: number): number {
  let at = start;
  for (; at < stop; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte < SPACE && byte !== TAB) || byte >= DELETE) break;
  }
  return at === start || isBlank(bytes[start]) || isBlank(bytes[at - 1]) ? -1 : at;
}

function endOfSignature(bytes: Buffer, start: number): number {
  const end = start + SIGNATURE_LENGTH;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > SMALL_F || (byte > NINE && byte < SMALL_A)) return -1;
  }
  return end;
}

/** -1 when it isn't a plain small number. */
export function numberIn(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 8 || (end - start > 1 && bytes[start] === ZERO)) return -1;
  let number = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return -1;
    number = number * 10 + (byte - ZERO);
  }
  return number;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
