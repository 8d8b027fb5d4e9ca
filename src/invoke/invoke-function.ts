import type { EnvironmentPool } from '../environment/environment-pool.ts';
import type { Clock } from '../model/clock.ts';
import type { Completion, InvocationResult } from '../model/invocation.ts';
import { wrongTenancy } from '../model/lambda-errors.ts';
import type { AccountConcurrency } from './concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from './concurrency/concurrency-lease.ts';
import type { FunctionDirectory } from './function-directory.ts';
import type {
  FunctionInvoker,
  InvokeAnswer,
  InvokedFunction,
  InvokeRequest,
  QueuedRequest,
} from './function-invoker.ts';
import type { Resolution } from './function-entry.ts';
import { RecursionGuard } from './recursion-guard.ts';
import { queuedTraceHeader, traceHeader } from './trace-id.ts';
import type { TracedInvocation } from './tracing/traced-invocation.ts';
import type { Tracing } from './tracing/tracing.ts';

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
  /** Resolves when this platform knows what others on its database have written; undefined: there are none. */
  readonly catchUp?: (() => Promise<void>) | undefined;
  /** For functions whose invocations are traced. */
  readonly tracing: Tracing;
}

/** resolve in memory → take a unit of concurrency → run in an environment → give the unit back. */
export class Invoker implements FunctionInvoker {
  readonly #directory: FunctionDirectory;
  readonly #concurrency: Admission;
  readonly #pool: Pick<EnvironmentPool, 'run'>;
  readonly #clock: Clock;
  readonly #recursion: RecursionGuard;
  readonly #catchUp: InvokerDependencies['catchUp'];
  readonly #tracing: Tracing;
  #accepted = 0;
  #running = 0;
  #whenIdle: (() => void)[] = [];

  constructor(dependencies: InvokerDependencies) {
    this.#directory = dependencies.directory;
    this.#concurrency = dependencies.concurrency;
    this.#pool = dependencies.pool;
    this.#clock = dependencies.clock;
    this.#catchUp = dependencies.catchUp;
    this.#tracing = dependencies.tracing;
    this.#recursion = new RecursionGuard((version) => this.#directory.settings(version));
  }

  /** Invocations accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  invoke(request: InvokeRequest): Promise<InvokeAnswer> {
    return new Promise((succeed, fail) => this.#find(request, { succeed, fail }));
  }

  /** What cannot be invoked here may just have come to be elsewhere: that is asked before the answer is no. */
  #find(request: InvokeRequest, completion: Completion<InvokeAnswer>): void {
    let resolution: Resolution;
    try {
      resolution = this.#resolve(request);
    } catch (error) {
      if (this.#catchUp === undefined) throw error;
      this.#catchUp()
        .then(() => this.#begin(request, this.#resolve(request), completion))
        .catch(completion.fail);
      return;
    }
    this.#begin(request, resolution, completion);
  }

  #resolve({ accountId, region, name, qualifier, tenantId }: InvokedFunction): Resolution {
    const resolution = this.#directory.resolve(accountId, region, name, qualifier);
    const isPerTenant = resolution.version.isPerTenant === true;
    if (isPerTenant !== (tenantId !== undefined)) throw wrongTenancy(isPerTenant);
    return resolution;
  }

  #begin(request: InvokeRequest, resolution: Resolution, completion: Completion<InvokeAnswer>): void {
    const { version } = resolution;
    const lineage = this.#recursion.lineage(version, request.traceId);
    const nowMs = this.#clock.now();
    if (version.isTraced === true) return this.#beginTraced(request, resolution, lineage, nowMs, completion);
    const taken = this.#concurrency.acquire(version, nowMs, request.isAsynchronous !== true);
    const traceId = traceHeader(request.traceId, nowMs) + lineage;
    const run = (lease: ConcurrencyLease): void =>
      this.#run(
        request,
        resolution,
        new InvokeRun(version.version, traceId, undefined, lease, completion, this.#onEnded),
      );
    if (taken instanceof Promise) taken.then(run).catch(completion.fail);
    else run(taken);
  }

  #beginTraced(
    request: InvokeRequest,
    resolution: Resolution,
    lineage: string,
    nowMs: number,
    untold: Completion<InvokeAnswer>,
  ): void {
    const { version } = resolution;
    const { header, trace } = this.#tracing.begin(version, request, nowMs);
    const completion = trace === undefined ? untold : trace.following(untold);
    const run = (lease: ConcurrencyLease): void =>
      this.#run(
        request,
        resolution,
        new InvokeRun(version.version, header + lineage, trace, lease, completion, this.#onEnded),
      );
    try {
      const taken = this.#concurrency.acquire(version, nowMs, request.isAsynchronous !== true);
      if (taken instanceof Promise) taken.then(run).catch(completion.fail);
      else run(taken);
    } catch (error) {
      completion.fail(error as Error);
    }
  }

  #run(request: InvokeRequest, { version, invokedFunctionArn }: Resolution, run: InvokeRun): void {
    const { requestId, payload, wantsLogTail, clientContext, tenantId, streaming } = request;
    const { traceId, trace } = run;
    this.#accepted += 1;
    this.#running += 1;
    try {
      const sink = streaming?.sink;
      streaming?.onVersion(version.version, traceId);
      const invocation = {
        requestId,
        payload,
        invokedFunctionArn,
        traceId,
        clientContext,
        tenantId,
        wantsLogTail,
        sink,
        trace,
      };
      this.#pool.run(version, invocation, run);
    } catch (error) {
      run.fail(error as Error);
    }
  }

  check(request: InvokedFunction): Promise<void> | undefined {
    try {
      this.#resolve(request);
      return undefined;
    } catch (error) {
      if (this.#catchUp === undefined) throw error;
      return this.#catchUp().then(() => void this.#resolve(request));
    }
  }

  /** The trace header that a queued event's attempts run under. Throws as `check` does. */
  queuedTrace(request: QueuedRequest, eventId: string, nowMs: number): string {
    const { traceId } = request;
    const { version } = this.#resolve(request);
    if (version.isTraced === true) return this.#tracing.queued(version, traceId, eventId, nowMs);
    return queuedTraceHeader(traceId, nowMs);
  }

  /** Resolves when no invocation is running. */
  async idle(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  readonly #onEnded = (): void => {
    this.#running -= 1;
    if (this.#running === 0 && this.#whenIdle.length > 0) this.#announceIdle();
  };

  #announceIdle(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}

/** An invocation that runs, and its unit of concurrency. */
class InvokeRun implements Completion<InvocationResult> {
  readonly #version: string;
  readonly traceId: string;
  /** Undefined: X-Ray does not hear of it. */
  readonly trace: TracedInvocation | undefined;
  readonly #lease: ConcurrencyLease;
  readonly #completion: Completion<InvokeAnswer>;
  readonly #onEnded: () => void;
  #isOver = false;

  constructor(
    version: string,
    traceId: string,
    trace: TracedInvocation | undefined,
    lease: ConcurrencyLease,
    completion: Completion<InvokeAnswer>,
    onEnded: () => void,
  ) {
    this.#version = version;
    this.traceId = traceId;
    this.trace = trace;
    this.#lease = lease;
    this.#completion = completion;
    this.#onEnded = onEnded;
  }

  succeed({ payload, functionError, streamError, logTail }: InvocationResult): void {
    if (!this.#end()) return;
    const { traceId } = this;
    const executedVersion = this.#version;
    this.#completion.succeed({ payload, functionError, streamError, logTail, executedVersion, traceId });
  }

  fail(error: Error): void {
    if (this.#end()) this.#completion.fail(error);
  }

  /** False: it had ended before. Its unit must not be given back twice. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#lease.release();
    this.#onEnded();
    return true;
  }
}
