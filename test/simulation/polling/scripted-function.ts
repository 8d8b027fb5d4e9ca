import type { FunctionInvoker, InvokeAnswer, InvokeRequest } from '../../../src/invoke/function-invoker.ts';
import { serviceException, tooManyRequests } from '../../../src/model/lambda-errors.ts';
import type { Chance } from '../chance.ts';

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

/** Functions that fail as they like until they are told to behave. */
export class ScriptedFunctions implements FunctionInvoker {
  readonly handlers = new Map<string, Handler>();
  isGood = false;
  runs = 0;
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  check(): void {
    // Every function is there.
  }

  async invoke({ name, payload }: InvokeRequest): Promise<InvokeAnswer> {
    const drawn = this.isGood ? 100 : this.#chance.below(100);
    if (drawn < 10) throw tooManyRequests('ConcurrentInvocationLimitExceeded');
    if (drawn < 15) throw serviceException('The platform failed.');
    await this.#ticks();
    this.runs += 1;
    const event: unknown = JSON.parse(Buffer.from(payload).toString());
    const handler = this.handlers.get(name);
    if (handler === undefined) throw new Error(`Nobody has a function ${name}.`);
    let result = { kind: 'success' } as RunResult;
    const answer = handler.run(event, (count) => (result = this.#result(drawn, count)));
    await this.#ticks();
    return {
      payload: Buffer.from(JSON.stringify(answer ?? null)),
      executedVersion: '$LATEST',
      traceId: 'Root=1-2-3',
      ...(result.kind === 'error' && { functionError: 'Unhandled' as const }),
    };
  }

  #result(drawn: number, count: number): RunResult {
    if (drawn < 35) return { kind: 'error' };
    if (drawn >= 50 || count === 0) return { kind: 'success' };
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
