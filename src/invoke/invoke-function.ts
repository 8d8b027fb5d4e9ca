import type { EnvironmentPool } from '../environment/environment-pool.ts';
import type { Clock } from '../model/clock.ts';
import type { AccountConcurrency } from './concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from './concurrency/function-concurrency.ts';
import type { FunctionDirectory } from './function-directory.ts';
import type { FunctionInvoker, InvokeAnswer, InvokeRequest } from './function-invoker.ts';
import { RecursionGuard } from './recursion-guard.ts';
import { traceHeader } from './trace-id.ts';

/** Where invocations get their unit of concurrency: at once, or when somebody else has been asked for one. */
export interface Admission {
  /** Throws, or rejects with, 429 when there is none. */
  acquire(
    ...invocation: Parameters<AccountConcurrency['acquire']>
  ): ConcurrencyLease | Promise<ConcurrencyLease>;
}

export interface InvokerDependencies {
  readonly directory: FunctionDirectory;
  readonly concurrency: Admission;
  readonly pool: Pick<EnvironmentPool, 'run'>;
  readonly clock: Clock;
}

/** resolve in memory → take a unit of concurrency → run in an environment → give the unit back. */
export class Invoker implements FunctionInvoker {
  readonly #directory: FunctionDirectory;
  readonly #concurrency: Admission;
  readonly #pool: Pick<EnvironmentPool, 'run'>;
  readonly #clock: Clock;
  readonly #recursion: RecursionGuard;
  #accepted = 0;
  #running = 0;
  #whenIdle: (() => void)[] = [];

  constructor(dependencies: InvokerDependencies) {
    this.#directory = dependencies.directory;
    this.#concurrency = dependencies.concurrency;
    this.#pool = dependencies.pool;
    this.#clock = dependencies.clock;
    this.#recursion = new RecursionGuard((version) => this.#directory.settings(version));
  }

  /** Invocations accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  async invoke(request: InvokeRequest): Promise<InvokeAnswer> {
    const { accountId, region, requestId, payload, wantsLogTail, clientContext, streaming } = request;
    const { version, invokedFunctionArn } = this.#directory.resolve(
      accountId,
      region,
      request.name,
      request.qualifier,
    );
    const lineage = this.#recursion.lineage(version, request.traceId);
    const nowMs = this.#clock.now();
    const taken = this.#concurrency.acquire(version, nowMs, request.isAsynchronous !== true);
    const lease = taken instanceof Promise ? await taken : taken;
    this.#accepted += 1;
    this.#running += 1;
    const traceId = traceHeader(request.traceId, nowMs) + lineage;
    try {
      const sink = streaming?.sink;
      const invocation = {
        requestId,
        payload,
        invokedFunctionArn,
        traceId,
        clientContext,
        wantsLogTail,
        sink,
      };
      streaming?.onVersion(version.version, traceId);
      const result = await this.#pool.run(version, invocation);
      return {
        payload: result.payload,
        functionError: result.functionError,
        logTail: result.logTail,
        executedVersion: version.version,
        traceId,
      };
    } finally {
      lease.release();
      this.#running -= 1;
      if (this.#running === 0 && this.#whenIdle.length > 0) this.#announceIdle();
    }
  }

  check(request: Pick<InvokeRequest, 'accountId' | 'region' | 'name' | 'qualifier'>): void {
    this.#directory.resolve(request.accountId, request.region, request.name, request.qualifier);
  }

  /** Resolves when no invocation is running. */
  async idle(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #announceIdle(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}
