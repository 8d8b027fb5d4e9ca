const NONE = Buffer.alloc(0);

/** One buffer for all pieces of a body: there may be as many as there are bytes, and each would cost far more than that. */
export class GrowingBytes {
  #kept: Buffer = NONE;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What has come, which nobody else has. */
  get bytes(): Buffer {
    return this.#kept.subarray(0, this.#length);
  }

  /** The first is often the only one, and kept as it is. */
  add(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (this.#length === 0) this.#kept = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    else if (needed <= this.#kept.length) this.#kept.set(piece, this.#length);
    else {
      // Memory that nobody touches yet takes none.
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      larger.set(this.bytes);
      larger.set(piece, this.#length);
      this.#kept = larger;
    }
    this.#length = needed;
  }

  clear(): void {
    this.#kept = NONE;
    this.#length = 0;
  }
}
