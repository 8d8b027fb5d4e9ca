import type { FunctionInvoker, InvokeAnswer, InvokeRequest } from '../../src/invoke/function-invoker.ts';
import { resourceNotFound, tooManyRequests } from '../../src/model/lambda-errors.ts';
import { lot, type Span, spanAt } from './chance.ts';

/** How a function behaves, and what was asked of its events. */
export interface SimulatedFunction {
  readonly name: string;
  /** 0: it never fails, 1: it always does. */
  readonly failureRate: number;
  /** When all its concurrency is taken. */
  readonly busy: readonly Span[];
  /** When no environment starts. */
  readonly broken: readonly Span[];
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeMs: number;
  /** Reserved concurrency 0. */
  readonly isOff: boolean;
}

export type RunOutcome = 'success' | 'function-error' | 'throttled' | 'platform-error';

export interface Run {
  readonly atMs: number;
  readonly outcome: RunOutcome;
}

const TOKEN = /\\*"token\\*":\\*"([^"\\]+)/;

/** What names a message, an event or a run wherever it turns up. */
export function tokenIn(text: string): string {
  const token = TOKEN.exec(text)?.[1];
  if (token === undefined) throw new Error(`There is no token in ${text}`);
  return token;
}

/**
 * The functions of the simulation: what customers would bring, and the machine they would run on. Everything in front of
 * them is the platform's own.
 */
export class SimulatedFunctions implements FunctionInvoker {
  readonly byName = new Map<string, SimulatedFunction>();
  readonly #runs = new Map<string, Run[]>();
  readonly #seed: number;
  readonly #now: () => number;
  readonly #onRun: (name: string, payload: string, atMs: number) => void;

  constructor(seed: number, now: () => number, onRun: (name: string, payload: string, atMs: number) => void) {
    this.#seed = seed;
    this.#now = now;
    this.#onRun = onRun;
  }

  runsOf(name: string, token: string): readonly Run[] {
    return this.#runs.get(`${name}/${token}`) ?? [];
  }

  check({ name }: Pick<InvokeRequest, 'name'>): void {
    if (!this.byName.has(name)) throw resourceNotFound(`Function not found: ${name}`);
  }

  async invoke({ name, payload }: InvokeRequest): Promise<InvokeAnswer> {
    const text = Buffer.from(payload).toString();
    const token = tokenIn(text);
    const runs = this.#runs.get(`${name}/${token}`) ?? [];
    this.#runs.set(`${name}/${token}`, runs);
    const atMs = this.#now();
    const outcome = this.#outcomeOf(name, token, runs.length);
    runs.push({ atMs, outcome });
    if (outcome === 'throttled') throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
    if (outcome === 'platform-error') throw new Error('no environment could be started');
    this.#onRun(name, text, atMs);
    const answer = { executedVersion: '$LATEST', traceId: 'Root=1-00000000-000000000000000000000000' };
    if (outcome === 'success') return await Promise.resolve({ ...answer, payload: Buffer.from('"done"') });
    const error = Buffer.from('{"errorMessage":"on purpose","errorType":"Error"}');
    return await Promise.resolve({ ...answer, payload: error, functionError: 'Unhandled' });
  }

  #outcomeOf(name: string, token: string, run: number): RunOutcome {
    const it = this.byName.get(name);
    const atMs = this.#now();
    if (it === undefined) throw resourceNotFound(`Function not found: ${name}`);
    if (spanAt(it.busy, atMs) !== undefined) return 'throttled';
    if (spanAt(it.broken, atMs) !== undefined) return 'platform-error';
    return lot(this.#seed, `${name}/${token}/${run}`) < it.failureRate ? 'function-error' : 'success';
  }
}
