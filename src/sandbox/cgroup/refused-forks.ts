import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { readOpen, tryOpen } from './open-file.ts';

/** Both versions have the same name, and a line `max <count>`. */
const EVENTS = 'pids.events';
/** So many are no accident: who merely cannot start a process gives up, or waits before it tries again. */
const MANY = 100;
/** A bomb that is held gets to try but seldom. It is let go after so many looks without a try. */
const HELD_LOOKS = 100;

/** How often the kernel refused a group another process, since it has as many as it may have. */
export class RefusedForks {
  readonly #path: string;
  /** Opened for the first suspicion: most groups never come under any. Undefined where the kernel does not count them. */
  #file: number | undefined;
  readonly #hold: (isBomb: boolean) => void;
  /** Since it came under suspicion. */
  #refused = 0;
  #count: number | undefined;
  /** How many looks it is held yet; 0: it is not. */
  #left = 0;

  /** @param hold told when the group turns out to be a fork bomb, and when it no longer is */
  constructor(directory: string, hold: (isBomb: boolean) => void) {
    this.#hold = hold;
    this.#path = join(directory, EVENTS);
  }

  /** It has turned out to be a fork bomb. */
  get isHeld(): boolean {
    return this.#left > 0;
  }

  /**
   * @param isSuspect it wants all processor time it can get, as a bomb does: the others need no look. One that is held gets
   * so little that it no longer seems to want any
   */
  look(isSuspect: boolean): void {
    if (!isSuspect && !this.isHeld) return this.release();
    const count = this.#read();
    const refused = count === undefined || this.#count === undefined ? 0 : count - this.#count;
    this.#count = count;
    this.#refused += refused;
    if (this.#refused >= MANY && refused > 0) this.#holdFor(HELD_LOOKS);
    else if (this.isHeld) this.#holdFor(this.#left - 1);
  }

  /** Forgets what it was. */
  release(): void {
    this.#count = undefined;
    this.#refused = 0;
    this.#holdFor(0);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #holdFor(looks: number): void {
    const wasHeld = this.isHeld;
    this.#left = looks;
    if (wasHeld !== looks > 0) this.#hold(looks > 0);
  }

  #read(): number | undefined {
    this.#file ??= tryOpen(this.#path);
    const text = this.#file === undefined ? '' : readOpen(this.#file);
    return text === '' ? undefined : Number(/^max (\d+)$/m.exec(text)?.[1] ?? 0);
  }
}
