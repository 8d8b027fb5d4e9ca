/** How often it is asked whether a backup is still being made, where something waits for its end. */
const LOOK_MS = 1_000;

/**
 * Puts off what takes files away for as long as a backup is being made (`lambent backup`), which copies what rows name.
 *
 * The order makes that exact: a backup says that it is there, and then looks at the database; who takes a file away asks after the
 * commit from which on no row names it. When the answer is no, a backup that comes now does not find the row either.
 */
export class BackupWatch {
  readonly #isUnderWay: () => Promise<boolean>;
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(isUnderWay: () => Promise<boolean>) {
    this.#isUnderWay = isUnderWay;
  }

  /**
   * Whether files have to stay for now.
   * @param again called when they may go; not when the platform ends before that: the next start finds what it has left
   */
  async putsOff(again: () => void): Promise<boolean> {
    if (this.#waiting.size === 0 && !(await this.#isUnderWay())) return false;
    this.#waiting.add(again);
    this.#lookLater();
    return true;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const isUnderWay = await this.#isUnderWay().catch(() => true);
    this.#timer = undefined;
    if (isUnderWay || this.#isClosed) return this.#lookLater();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const again of waiting) again();
  }
}
