import type { InvokeAnswer, InvokeRequest } from '../../../src/invoke/function-invoker.ts';
import { serviceException, tooManyRequests } from '../../../src/model/lambda-errors.ts';
import type { Chance } from '../chance.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** What a run of a function makes of its records. */
export type RunResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'error' }
  /** By their place in the event. */
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<number> };

/** Somebody whose records go into a function of its own name. */
export interface Handler {
  /** Sees to it that the event may come now, and learns what becomes of it. @returns the answer's payload */
  run(event: unknown, drawn: (count: number) => RunResult): unknown;
}

export const FUNCTION_TIMEOUT_MS = 3000;

/** Functions that fail as they like until they are told to behave. */
export class ScriptedFunctions {
  readonly handlers = new Map<string, Handler>();
  isGood = false;
  runs = 0;
  readonly #chance: Chance;
  readonly #clock: SimulatedClock;
  readonly #onRun: (name: string, text: string) => void;

  constructor(chance: Chance, clock: SimulatedClock, onRun: (name: string, text: string) => void) {
    this.#chance = chance;
    this.#clock = clock;
    this.#onRun = onRun;
  }

  /** @param isAlive whether the platform is that it runs on */
  async invoke({ name, payload }: InvokeRequest, isAlive: () => boolean): Promise<InvokeAnswer> {
    const drawn = this.isGood ? 100 : this.#chance.below(100);
    if (drawn < 10) throw this.#refused(name, tooManyRequests('ConcurrentInvocationLimitExceeded'));
    if (drawn < 15) throw this.#refused(name, serviceException('The platform failed.'));
    const run = this.#clock.begin(FUNCTION_TIMEOUT_MS - 1, isAlive);
    try {
      await this.#ticks();
      if (!isAlive()) await new Promise(() => undefined);
      const { answer, result } = this.#handled(name, payload, drawn);
      if (drawn < 22) await this.#clock.useUp(FUNCTION_TIMEOUT_MS);
      else if (this.#chance.is(0.2)) await this.#clock.useUp(this.#chance.below(FUNCTION_TIMEOUT_MS));
      await this.#ticks();
      return {
        payload: Buffer.from(JSON.stringify(answer ?? null)),
        executedVersion: '$LATEST',
        traceId: 'Root=1-2-3',
        ...(result.kind === 'error' && { functionError: 'Unhandled' as const }),
      };
    } finally {
      this.#clock.end(run);
    }
  }

  #handled(name: string, payload: Uint8Array, drawn: number): { answer: unknown; result: RunResult } {
    this.runs += 1;
    const event: unknown = JSON.parse(Buffer.from(payload).toString());
    const handler = this.handlers.get(name);
    if (handler === undefined) throw new Error(`Nobody has a function ${name}.`);
    let result = { kind: 'success' } as RunResult;
    const answer = handler.run(event, (count) => (result = this.#result(drawn, count)));
    const failed = result.kind === 'partial' ? ` ${[...result.failed].join()}` : '';
    this.#onRun(name, `runs: ${drawn < 22 ? 'timeout' : result.kind}${failed}`);
    return { answer, result };
  }

  #refused(name: string, error: Error): Error {
    this.#onRun(name, `does not run: ${error.message}`);
    return error;
  }

  #result(drawn: number, count: number): RunResult {
    if (drawn < 38) return { kind: 'error' };
    if (drawn >= 52 || count === 0) return { kind: 'success' };
    const failed = Array.from({ length: count }, (_, index) => index).filter(
      () => this.#chance.below(3) === 0,
    );
    return failed.length === 0 ? { kind: 'success' } : { kind: 'partial', failed: new Set(failed) };
  }

  /** Runs of different lengths; a crash can come in between. */
  async #ticks(): Promise<void> {
    for (let ticks = this.#chance.below(4); ticks > 0; ticks -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
