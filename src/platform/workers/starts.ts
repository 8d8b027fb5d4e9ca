import type { ScalingRate } from '../../environment/start-queue.ts';
import { type ThrottleReason, tooManyRequests } from '../../model/lambda-errors.ts';

/** How many starts the main process allows of those that were asked for. */
export interface StartsAnswer {
  readonly allowed: number;
  /** Why not all. */
  readonly refusal: ThrottleReason | undefined;
}

export interface StartsPort {
  ask(functionArn: string, wanted: number): Promise<StartsAnswer>;
  giveBack(functionArn: string, count: number): void;
}

/** What is known of one function while somebody waits for the answer, and while that is used. */
interface Answered {
  allowed: number;
  refused: number;
  refusal: ThrottleReason | undefined;
  readonly again: Set<() => void>;
}

/** How fast functions may grow, in a process that does not keep that account: it asks for every start. */
export class Starts implements ScalingRate {
  readonly #port: StartsPort;
  /** By function ARN. */
  readonly #functions = new Map<string, Answered>();

  constructor(port: StartsPort) {
    this.#port = port;
  }

  readonly take: ScalingRate['take'] = (functionArn, wanted, again) => {
    const known = this.#functions.get(functionArn);
    if (known === undefined) {
      const answered = { allowed: 0, refused: 0, refusal: undefined, again: new Set([again]) };
      this.#functions.set(functionArn, answered);
      void this.#ask(functionArn, wanted, answered);
      return 'later';
    }
    if (known.allowed > 0) {
      known.allowed -= 1;
      return undefined;
    }
    if (known.refused > 0 && known.refusal !== undefined) {
      known.refused -= 1;
      return tooManyRequests(known.refusal);
    }
    known.again.add(again);
    return 'later';
  };

  readonly giveBack = (functionArn: string): void => this.#port.giveBack(functionArn, 1);

  async #ask(functionArn: string, wanted: number, answered: Answered): Promise<void> {
    const none: StartsAnswer = { allowed: 0, refusal: undefined };
    const { allowed, refusal } = await this.#port.ask(functionArn, wanted).catch(() => none);
    answered.allowed = allowed;
    answered.refusal = refusal;
    answered.refused = wanted - allowed;
    const asking = [...answered.again];
    answered.again.clear();
    for (const again of asking) again();
    // Who needs more than was asked for here asks anew.
    this.#functions.delete(functionArn);
    if (answered.allowed > 0) this.#port.giveBack(functionArn, answered.allowed);
    for (const again of answered.again) again();
  }
}
