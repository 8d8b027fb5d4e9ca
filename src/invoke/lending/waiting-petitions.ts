import type { Petition } from './petition.ts';

/** Who waits for what others give back, and for whom. */
export class WaitingPetitions {
  /** Those who come while a recall is under way: what they could have may not be in it. */
  #next: Petition[] = [];
  /** Of the recall that is under way. */
  #heard: Petition[] = [];
  /** For other platforms. */
  readonly #asking = new Set<Petition>();

  get hasNext(): boolean {
    return this.#next.length > 0;
  }

  add(petition: Petition): void {
    this.#next.push(petition);
  }

  /** A recall begins. @returns whose idle units would help */
  hear(): string[] {
    this.#heard = this.#next;
    this.#next = [];
    return [...new Set(this.#heard.flatMap(({ scopes }) => scopes))];
  }

  /** It has ended. */
  takeHeard(): readonly Petition[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  ask(petition: Petition): void {
    this.#asking.add(petition);
  }

  /** False: there is nobody any more who waits for the answer. */
  answered(petition: Petition): boolean {
    return this.#asking.delete(petition);
  }

  isAwaited(functionArn: string): boolean {
    for (const petitions of [this.#heard, this.#next, this.#asking])
      for (const { scopes } of petitions)
        if (scopes.some((scope) => functionArn.startsWith(scope))) return true;
    return false;
  }

  /** They wait for nothing any more. */
  remove(isIt: (petition: Petition) => boolean): readonly Petition[] {
    const removed = [...this.#next, ...this.#heard, ...this.#asking].filter(isIt);
    const isOther = (petition: Petition): boolean => !isIt(petition);
    this.#next = this.#next.filter(isOther);
    this.#heard = this.#heard.filter(isOther);
    for (const petition of removed) this.#asking.delete(petition);
    return removed;
  }
}
