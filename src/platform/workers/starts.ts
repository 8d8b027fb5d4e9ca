import type { ScalingRate } from '../../environment/start-queue.ts';
import { type ThrottleReason, tooManyRequests } from '../../model/lambda-errors.ts';

/** How long a function that grows too fast is held back before the main process is asked anew. */
const HELD_BACK_MS = 100;

interface Refusal {
  readonly reason: ThrottleReason;
  readonly untilMs: number;
}

/**
 * How fast functions may grow, in a process that does not keep that account: a start goes ahead and is reported, and when
 * the main process finds it was one too many for the function, the next ones are refused for a moment.
 */
export class Starts implements ScalingRate {
  readonly #report: (functionArn: string) => void;
  readonly #refusals = new Map<string, Refusal>();

  constructor(report: (functionArn: string) => void) {
    this.#report = report;
  }

  readonly take = (functionArn: string): Error | undefined => {
    const refusal = this.#refusals.get(functionArn);
    if (refusal !== undefined) {
      if (performance.now() < refusal.untilMs) return tooManyRequests(refusal.reason);
      this.#refusals.delete(functionArn);
    }
    this.#report(functionArn);
    return undefined;
  };

  /** Too few to matter are lost: the account fills up again in seconds. */
  readonly giveBack = (): void => undefined;

  told(functionArn: string, reason: ThrottleReason): void {
    this.#refusals.set(functionArn, { reason, untilMs: performance.now() + HELD_BACK_MS });
  }
}
