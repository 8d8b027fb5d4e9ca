import { crc32 } from 'node:zlib';
import { CRC32C, CRC64NVME, type CrcKind } from './crc-combine.ts';

/** A checksum of what streams by. */
export interface RunningCrc {
  update(bytes: Uint8Array): void;
  /** Big-endian. */
  digest(): Buffer;
}

/** Eight bytes at a step: a table for each byte's distance from the end of the step, its words low and high. */
interface Tables {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

const tables = new Map<CrcKind, Tables>();

function tablesOf(kind: CrcKind): Tables {
  const known = tables.get(kind) ?? buildTables(kind);
  tables.set(kind, known);
  return known;
}

function buildTables({ polynomial }: CrcKind): Tables {
  const low = new Int32Array(2048);
  const high = new Int32Array(2048);
  const first: bigint[] = [];
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ polynomial;
    first.push(crc);
  }
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = first[byte] ?? 0n;
    for (let distance = 0; distance < 8; distance += 1) {
      low[distance * 256 + byte] = Number(BigInt.asIntN(32, crc));
      high[distance * 256 + byte] = Number(BigInt.asIntN(32, crc >> 32n));
      crc = (first[Number(crc & 0xffn)] ?? 0n) ^ (crc >> 8n);
    }
  }
  return { low, high };
}

/** CRC-32 as zlib has it. */
export class Crc32 implements RunningCrc {
  #crc = 0;

  update(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc);
  }

  digest(): Buffer {
    const result = Buffer.alloc(4);
    result.writeUInt32BE(this.#crc);
    return result;
  }
}

export class Crc32c implements RunningCrc {
  readonly #tables = tablesOf(CRC32C);
  #crc = -1;

  update(bytes: Uint8Array): void {
    const { low: t } = this.#tables;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const steps = bytes.length - (bytes.length % 8);
    let crc = this.#crc;
    let at = 0;
    for (; at < steps; at += 8) {
      const a = crc ^ view.getInt32(at, true);
      const b = view.getInt32(at + 4, true);
      crc =
        word(t, 1792 + (a & 255)) ^
        word(t, 1536 + ((a >>> 8) & 255)) ^
        word(t, 1280 + ((a >>> 16) & 255)) ^
        word(t, 1024 + (a >>> 24)) ^
        word(t, 768 + (b & 255)) ^
        word(t, 512 + ((b >>> 8) & 255)) ^
        word(t, 256 + ((b >>> 16) & 255)) ^
        word(t, b >>> 24);
    }
    for (; at < bytes.length; at += 1) crc = word(t, (crc ^ (bytes[at] ?? 0)) & 255) ^ (crc >>> 8);
    this.#crc = crc;
  }

  digest(): Buffer {
    const result = Buffer.alloc(4);
    result.writeInt32BE(~this.#crc);
    return result;
  }
}

/** The CRC-64 of NVM Express, in two halves. */
export class Crc64Nvme implements RunningCrc {
  readonly #tables = tablesOf(CRC64NVME);
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    const { low: l, high: h } = this.#tables;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const steps = bytes.length - (bytes.length % 8);
    let low = this.#low;
    let high = this.#high;
    let at = 0;
    for (; at < steps; at += 8) {
      const a = low ^ view.getInt32(at, true);
      const b = high ^ view.getInt32(at + 4, true);
      const i7 = 1792 + (a & 255);
      const i6 = 1536 + ((a >>> 8) & 255);
      const i5 = 1280 + ((a >>> 16) & 255);
      const i4 = 1024 + (a >>> 24);
      const i3 = 768 + (b & 255);
      const i2 = 512 + ((b >>> 8) & 255);
      const i1 = 256 + ((b >>> 16) & 255);
      const i0 = b >>> 24;
      low =
        word(l, i7) ^
        word(l, i6) ^
        word(l, i5) ^
        word(l, i4) ^
        word(l, i3) ^
        word(l, i2) ^
        word(l, i1) ^
        word(l, i0);
      high =
        word(h, i7) ^
        word(h, i6) ^
        word(h, i5) ^
        word(h, i4) ^
        word(h, i3) ^
        word(h, i2) ^
        word(h, i1) ^
        word(h, i0);
    }
    for (; at < bytes.length; at += 1) {
      const index = (low ^ (bytes[at] ?? 0)) & 255;
      low = ((low >>> 8) | (high << 24)) ^ word(l, index);
      high = (high >>> 8) ^ word(h, index);
    }
    this.#low = low;
    this.#high = high;
  }

  digest(): Buffer {
    const result = Buffer.alloc(8);
    result.writeInt32BE(~this.#high);
    result.writeInt32BE(~this.#low, 4);
    return result;
  }
}

/** An entry that is there. */
function word(table: Int32Array, index: number): number {
  return table[index] as number;
}
