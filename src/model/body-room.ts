/** A request whose body comes bit by bit. */
interface Body {
  pause(): unknown;
  resume(): unknown;
}

/**
 * How much of requests that are not there whole somebody may have the platform keep. The oldest of them always comes
 * through, and so do small ones; the others wait while there is more.
 */
export class BodyRoom {
  readonly #mostBytes: number;
  readonly #smallBytes: number;
  /** How much is kept of each, oldest first. */
  readonly #kept = new Map<Body, number>();
  #bytes = 0;

  constructor(mostBytes: number, smallBytes = 0) {
    this.#mostBytes = mostBytes;
    this.#smallBytes = smallBytes;
  }

  /**
   * All of a body will be kept.
   * @returns false when parts of others are: they might have to wait for it
   */
  begin(request: Body, bytes: number): boolean {
    if (this.#kept.size > 0) return false;
    this.keep(request, bytes);
    return true;
  }

  /** So much more of it is kept; it may be paused for that. */
  keep(request: Body, bytes: number): void {
    const kept = (this.#kept.get(request) ?? 0) + bytes;
    this.#kept.set(request, kept);
    this.#bytes += bytes;
    if (this.#bytes <= this.#mostBytes || kept <= this.#smallBytes) return;
    const [oldest] = this.#kept.keys();
    if (request !== oldest) request.pause();
  }

  /** Nothing of it is kept any more. */
  leave(request: Body): void {
    this.#bytes -= this.#kept.get(request) ?? 0;
    if (!this.#kept.delete(request)) return;
    // Those for whom there still is none stop at their next piece.
    for (const waiting of this.#kept.keys()) waiting.resume();
  }
}
