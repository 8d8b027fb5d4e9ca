/** A reflected CRC whose register starts and ends inverted, as all of S3's do. */
export interface CrcKind {
  readonly bits: 32 | 64;
  /** Reflected. */
  readonly polynomial: bigint;
}

export const CRC32: CrcKind = { bits: 32, polynomial: 0xedb88320n };
export const CRC32C: CrcKind = { bits: 32, polynomial: 0x82f63b78n };
export const CRC64NVME: CrcKind = { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n };

/** The CRC of pieces put together, from those of the pieces and their lengths. */
export class CrcCombiner {
  readonly #kind: CrcKind;
  /** By length: nearly all parts of an upload are of the same one. */
  readonly #shifts = new Map<number, bigint>();

  constructor(kind: CrcKind) {
    this.#kind = kind;
  }

  combine(pieces: readonly { readonly crc: bigint; readonly size: number }[]): bigint {
    let whole = 0n;
    for (const { crc, size } of pieces) whole = this.#multiply(this.#shift(size), whole) ^ crc;
    return whole;
  }

  /** x to the power of a length in bits, modulo the polynomial. */
  #shift(bytes: number): bigint {
    const known = this.#shifts.get(bytes);
    if (known !== undefined) return known;
    const one = 1n << BigInt(this.#kind.bits - 1);
    let power = one;
    let square = one >> 8n;
    for (let left = BigInt(bytes); left > 0n; left >>= 1n) {
      if ((left & 1n) === 1n) power = this.#multiply(square, power);
      square = this.#multiply(square, square);
    }
    this.#shifts.set(bytes, power);
    return power;
  }

  /** Product of two polynomials, modulo the CRC's. The highest bit is the term without x. */
  #multiply(a: bigint, b: bigint): bigint {
    const { bits, polynomial } = this.#kind;
    let product = 0n;
    let term = b;
    for (let mask = 1n << BigInt(bits - 1); mask > 0n; mask >>= 1n) {
      if ((a & mask) !== 0n) product ^= term;
      term = (term & 1n) === 0n ? term >> 1n : (term >> 1n) ^ polynomial;
    }
    return product;
  }
}
