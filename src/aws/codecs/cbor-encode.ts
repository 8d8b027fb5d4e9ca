/**
 * Encodes a tree of values as CBOR (RFC 8949): dates under tag 1 as seconds, byte arrays as byte strings, integers in
 * their shortest form, other numbers as 64-bit floats. Undefined members are left out.
 */
export function encodeCbor(value: unknown): Uint8Array {
  const encoder = new Encoder();
  encoder.value(value);
  return encoder.bytes();
}

class Encoder {
  #buffer = Buffer.allocUnsafe(512);
  #at = 0;

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  value(value: unknown): void {
    if (value === null || value === undefined) this.#byte(0xf6);
    else if (typeof value === 'boolean') this.#byte(value ? 0xf5 : 0xf4);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'bigint') this.#bigint(value);
    else if (typeof value === 'string') this.#text(value);
    else if (value instanceof Uint8Array) this.#bytesOf(value);
    else if (value instanceof Date) this.#date(value);
    else if (Array.isArray(value)) this.#list(value);
    else this.#map(value);
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + size));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#at++] = byte;
  }

  /** An initial byte and the number that belongs to it. */
  #head(major: number, argument: number): void {
    this.#reserve(9);
    const type = major << 5;
    if (argument < 24) {
      this.#buffer[this.#at++] = type | argument;
    } else if (argument <= 0xff) {
      this.#buffer[this.#at++] = type | 24;
      this.#buffer[this.#at++] = argument;
    } else if (argument <= 0xffff) {
      this.#buffer[this.#at++] = type | 25;
      this.#at = this.#buffer.writeUInt16BE(argument, this.#at);
    } else if (argument <= 0xffffffff) {
      this.#buffer[this.#at++] = type | 26;
      this.#at = this.#buffer.writeUInt32BE(argument, this.#at);
    } else {
      this.#buffer[this.#at++] = type | 27;
      this.#at = this.#buffer.writeBigUInt64BE(BigInt(argument), this.#at);
    }
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0) this.#head(0, value);
      else this.#head(1, -1 - value);
      return;
    }
    this.#reserve(9);
    this.#buffer[this.#at++] = 0xfb;
    this.#at = this.#buffer.writeDoubleBE(value, this.#at);
  }

  #bigint(value: bigint): void {
    const magnitude = value >= 0n ? value : -1n - value;
    if (magnitude > 0xffff_ffff_ffff_ffffn) {
      const hex = magnitude.toString(16);
      this.#byte(value >= 0n ? 0xc2 : 0xc3);
      this.#bytesOf(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'));
      return;
    }
    this.#reserve(9);
    this.#buffer[this.#at++] = value >= 0n ? 0x1b : 0x3b;
    this.#at = this.#buffer.writeBigUInt64BE(magnitude, this.#at);
  }

  #text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#head(3, length);
    this.#reserve(length);
    this.#at += this.#buffer.write(text, this.#at, 'utf8');
  }

  #bytesOf(bytes: Uint8Array): void {
    this.#head(2, bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #date(date: Date): void {
    this.#byte(0xc1);
    this.#number(date.getTime() / 1000);
  }

  #list(list: readonly unknown[]): void {
    this.#head(4, list.length);
    for (const item of list) this.value(item);
  }

  #map(map: object): void {
    const entries = Object.entries(map).filter(([, item]) => item !== undefined);
    this.#head(5, entries.length);
    for (const [key, item] of entries) {
      this.#text(key);
      this.value(item);
    }
  }
}
