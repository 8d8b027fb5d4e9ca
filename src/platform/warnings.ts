import type { PlatformLog } from '../telemetry/platform-log.ts';

/** What differs in a name each time must not fill the memory. */
const MOST = 200;

/** Said once each, and shown in the health answer. */
export class Warnings {
  readonly #log: PlatformLog;
  readonly #said = new Set<string>();

  constructor(log: PlatformLog) {
    this.#log = log;
  }

  add(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    const [oldest = ''] = this.#said;
    if (this.#said.size > MOST) this.#said.delete(oldest);
    this.#log.warn(message);
  }

  /** What it said holds no longer. */
  remove(message: string): void {
    this.#said.delete(message);
  }

  all(): string[] {
    return [...this.#said];
  }
}
