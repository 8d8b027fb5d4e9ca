/** Numbers of versions: greater is later. About platform time in microseconds, so that a key's keep their order across platforms. */
export class Sequences {
  #last = 0;

  /** @param after the number of the key's latest version, if there is one */
  next(nowMs: number, after = 0): number {
    this.#last = Math.max(Math.floor(nowMs) * 1000, this.#last + 1, after + 1);
    return this.#last;
  }
}
