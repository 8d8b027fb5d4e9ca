/**
 * Environments that are removed beside everything else, which takes seconds where extensions have their last work to do.
 * Who closes what they stand on waits for them.
 */
export class Removals {
  readonly #underWay = new Set<Promise<void>>();
  readonly #onWarning: (text: string) => void;

  constructor(onWarning: (text: string) => void) {
    this.#onWarning = onWarning;
  }

  /** Never rejects. @param environment undefined: it was not made */
  async remove(environment: { destroy(): Promise<void> } | undefined): Promise<void> {
    if (environment === undefined) return;
    const removal = environment
      .destroy()
      .catch((error: Error) => this.#onWarning(`Removing an environment failed: ${error.message}`));
    this.#underWay.add(removal);
    await removal;
    this.#underWay.delete(removal);
  }

  /** Resolves when those that are under way now have ended. */
  async begunOnes(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Resolves when none is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
