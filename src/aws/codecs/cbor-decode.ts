import { serializationError } from './serialization-error.ts';

/** A value with a CBOR tag that has a meaning of its own; tag 1 is a time in seconds since the epoch. */
export class Tagged {
  readonly tag: number;
  readonly value: unknown;

  constructor(tag: number, value: unknown) {
    this.tag = tag;
    this.value = value;
  }
}

const DEEPEST = 200;
const BREAK = Symbol('break');

/** Decodes one CBOR value (RFC 8949). Integers beyond 2^53 become bigint, byte strings views of `bytes`. */
export function decodeCbor(bytes: Uint8Array): unknown {
  const decoder = new Decoder(bytes);
  const value = decoder.value(0);
  if (value === BREAK || !decoder.atEnd()) throw malformed();
  return value;
}

function malformed(): Error {
  return serializationError('Request body is not valid CBOR');
}

class Decoder {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST) throw malformed();
    const initial = this.#byte();
    const major = initial >> 5;
    const info = initial & 31;
    switch (major) {
      case 0:
        return this.#argument(info);
      case 1:
        return negative(this.#argument(info));
      case 2:
        return info === 31 ? Buffer.concat(this.#chunks<Uint8Array>(2)) : this.#take(this.#length(info));
      case 3:
        return info === 31 ? this.#chunks<string>(3).join('') : this.#text(info);
      case 4:
        return this.#list(info, depth);
      case 5:
        return this.#map(info, depth);
      case 6:
        return tagged(Number(this.#argument(info)), this.value(depth + 1));
      default:
        return this.#simple(info);
    }
  }

  #byte(): number {
    if (this.#at >= this.#bytes.length) throw malformed();
    return this.#view.getUint8(this.#at++);
  }

  /** The number that follows an initial byte. */
  #argument(info: number): number | bigint {
    if (info < 24) return info;
    const size = 1 << (info - 24);
    if (info > 27 || this.#at + size > this.#bytes.length) throw malformed();
    const at = this.#at;
    this.#at += size;
    if (size === 1) return this.#view.getUint8(at);
    if (size === 2) return this.#view.getUint16(at);
    if (size === 4) return this.#view.getUint32(at);
    const long = this.#view.getBigUint64(at);
    return long <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(long) : long;
  }

  #length(info: number): number {
    const length = Number(this.#argument(info));
    if (length > this.#bytes.length - this.#at) throw malformed();
    return length;
  }

  #take(length: number): Uint8Array {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #text(info: number): string {
    const piece = this.#take(this.#length(info));
    return Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('utf8');
  }

  /** The pieces of a string of indefinite length: strings of the same type, none nested. */
  #chunks<T>(major: 2 | 3): T[] {
    const chunks: T[] = [];
    for (;;) {
      const initial = this.#byte();
      if (initial === 0xff) return chunks;
      const info = initial & 31;
      if (initial >> 5 !== major || info === 31) throw malformed();
      chunks.push((major === 2 ? this.#take(this.#length(info)) : this.#text(info)) as T);
    }
  }

  #list(info: number, depth: number): unknown[] {
    const length = info === 31 ? Number.POSITIVE_INFINITY : this.#length(info);
    const list: unknown[] = [];
    while (list.length < length) {
      const item = this.value(depth + 1);
      if (item === BREAK) {
        if (info === 31) return list;
        throw malformed();
      }
      list.push(item);
    }
    return list;
  }

  #map(info: number, depth: number): Record<string, unknown> {
    const length = info === 31 ? Number.POSITIVE_INFINITY : this.#length(info);
    const entries: [string, unknown][] = [];
    while (entries.length < length) {
      const key = this.value(depth + 1);
      if (key === BREAK && info === 31) break;
      if (typeof key !== 'string') throw malformed();
      const value = this.value(depth + 1);
      if (value === BREAK) throw malformed();
      entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        return halfFloat(Number(this.#argument(25)));
      case 26:
        return this.#float(4);
      case 27:
        return this.#float(8);
      case 31:
        return BREAK;
      default:
        throw malformed();
    }
  }

  #float(size: 4 | 8): number {
    if (this.#at + size > this.#bytes.length) throw malformed();
    const at = this.#at;
    this.#at += size;
    return size === 4 ? this.#view.getFloat32(at) : this.#view.getFloat64(at);
  }
}

function negative(argument: number | bigint): number | bigint {
  return typeof argument === 'number' ? -1 - argument : -1n - argument;
}

function tagged(tag: number, value: unknown): unknown {
  if (value === BREAK) throw malformed();
  // Tags 2 and 3 are integers of any length, as bytes.
  if ((tag === 2 || tag === 3) && value instanceof Uint8Array) {
    const magnitude = BigInt(`0x${Buffer.from(value).toString('hex') || '0'}`);
    return tag === 2 ? magnitude : -1n - magnitude;
  }
  return tag === 1 ? new Tagged(tag, value) : value;
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
