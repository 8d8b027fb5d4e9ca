import {
  type AsyncEvent,
  type AttemptOutcome,
  decideNext,
  isTooOld,
  type NextStep,
} from '../../model/async-event.ts';
import type { Clock } from '../../model/clock.ts';
import { retryRules } from '../../model/event-invoke-config.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import type { QueuedTrace } from './async-invoker.ts';
import type { EventTarget } from './async-event-rows.ts';
import type { EventInvokeConfigs } from './event-invoke-configs.ts';
import type { FunctionInvoker, InvokeAnswer } from '../function-invoker.ts';

export interface AttemptDependencies {
  readonly invoker: FunctionInvoker;
  readonly clock: Clock;
  readonly configs: EventInvokeConfigs;
  /** Undefined: the function shares the account's unreserved concurrency. */
  readonly reservedConcurrency: (target: EventTarget) => number | undefined;
  /** By default the caller's trace is passed on. */
  readonly queuedTrace?: QueuedTrace;
  /** What an event is for, as it is by now; undefined: it is gone. */
  readonly target: (event: AsyncEvent) => Pick<FunctionVersion, 'role' | 'deadLetterTargetArn'> | undefined;
  /** What execution roles may do with where records go. */
  readonly roles: Pick<ServiceRoles, 'check'>;
}

/** One attempt at an event, and what comes of it. */
export interface Attempt {
  readonly outcome: AttemptOutcome | 'too-old';
  readonly step: NextStep;
  /** What the function answered; undefined when it did not run. */
  readonly answer: InvokeAnswer | undefined;
  /** What kept it from running. */
  readonly problem: string | undefined;
}

/** Runs an event through the door and decides what becomes of it. Never rejects. */
export async function attemptEvent(deps: AttemptDependencies, event: AsyncEvent): Promise<Attempt> {
  const { clock, configs } = deps;
  const ageMs = (): number => Math.max(0, clock.now() - event.acceptedAtMs);
  if (isTooOld(ageMs(), retryRules(configs.find(event, event.qualifier)))) {
    const step = { kind: 'end', condition: 'EventAgeExceeded', attempts: event.attempts } as const;
    return { outcome: 'too-old', step, answer: undefined, problem: undefined };
  }
  const { outcome, answer, problem } = await run(deps, event);
  // As it is by now: a configuration that changed while the function ran is already in effect.
  const rules = retryRules(configs.find(event, event.qualifier));
  return { outcome, step: decideNext(outcome, event, ageMs(), rules), answer, problem };
}

async function run(
  deps: AttemptDependencies,
  event: AsyncEvent,
): Promise<{ outcome: AttemptOutcome; answer: InvokeAnswer | undefined; problem: string | undefined }> {
  if (deps.reservedConcurrency(event) === 0) {
    return { outcome: 'switched-off', answer: undefined, problem: undefined };
  }
  try {
    const answer = await deps.invoker.invoke({
      accountId: event.accountId,
      region: event.region,
      name: event.name,
      qualifier: event.qualifier,
      payload: Buffer.from(event.payload),
      requestId: event.requestId,
      traceId: event.traceHeader,
      clientContext: undefined,
      wantsLogTail: false,
      isAsynchronous: true,
      attempt: { eventId: event.id, acceptedAtMs: event.acceptedAtMs, number: event.attempts + 1 },
    });
    const outcome = answer.functionError === undefined ? 'success' : 'function-error';
    return { outcome, answer, problem: undefined };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { outcome: outcomeOf(error), answer: undefined, problem };
  }
}

const OUTCOMES: Readonly<Record<string, AttemptOutcome>> = {
  ResourceNotFoundException: 'gone',
  TooManyRequestsException: 'throttled',
  RecursiveInvocationException: 'recursive',
};

/** Everything else (a function that is not ready, an environment that did not start) may pass. */
function outcomeOf(error: unknown): AttemptOutcome {
  return (error instanceof ServiceError ? OUTCOMES[error.code] : undefined) ?? 'platform-error';
}
