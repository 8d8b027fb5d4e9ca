import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { PreparedRuntime } from './prepared-runtime.ts';

/** What runtimes have in common that may stand in for each other. */
export interface PreparedKindFacts {
  readonly runtime: ResolvedRuntime;
  readonly architecture: string;
  /** What is loaded ahead, in order. */
  readonly packages: readonly string[];
}

/** How long a burst of cold starts is prepared for again. */
const REMEMBERED_MS = 5 * 60_000;

/** The prepared runtimes of one kind, and how many there should be. */
export class PreparedKind {
  readonly facts: PreparedKindFacts;
  /** Those that wait, the oldest first. */
  readonly ready: PreparedRuntime[] = [];
  /** The last attempt failed: not tried again before somebody asks. */
  hasFailed = false;
  /** Platform time of the last use. */
  usedAtMs = 0;
  /** Cold starts since there were last as many as wanted. */
  #burst = 0;
  /** The largest of late, and when it ended. */
  #largestBurst = { size: 0, atMs: 0 };

  constructor(facts: PreparedKindFacts) {
    this.facts = facts;
  }

  /** A function of this kind was deployed. */
  use(nowMs: number): void {
    this.usedAtMs = nowMs;
    this.hasFailed = false;
  }

  /** A cold start of this kind. */
  demand(nowMs: number): void {
    this.use(nowMs);
    this.#burst += 1;
  }

  /** There are as many as wanted. */
  filled(nowMs: number): void {
    const size = this.recentBurst(nowMs);
    if (this.#burst >= size) this.#largestBurst = { size: this.#burst, atMs: nowMs };
    this.#burst = 0;
  }

  /** Most cold starts of late in a row too quick to prepare for each. */
  recentBurst(nowMs: number): number {
    const { size, atMs } = this.#largestBurst;
    return Math.max(this.#burst, atMs > nowMs - REMEMBERED_MS ? size : 0);
  }
}

/** By which kinds are told apart: the runtime as this machine has it, the processor, what is loaded. */
export function kindKey({ runtime, architecture, packages }: PreparedKindFacts): string {
  return [runtime.id, architecture, ...runtime.directories.map(({ hostPath }) => hostPath), ...packages].join(
    '\n',
  );
}

/**
 * How many to keep of a kind: a fixed number, or with `auto` what the largest burst of late would have used up, and one
 * for as long as the kind is in use. Nothing for a kind nobody uses.
 */
export function wantedCount(
  setting: number | 'auto',
  kind: { readonly isInUse: boolean; readonly recentBurst: number },
  mostOfAKind: number,
): number {
  if (!kind.isInUse) return 0;
  if (setting !== 'auto') return setting;
  return Math.min(mostOfAKind, Math.max(1, kind.recentBurst));
}
