import type { ThrottleReason } from '../../model/lambda-errors.ts';
import type { ServiceError } from '../../model/service-error.ts';
import { regionOf } from '../concurrency/account-concurrency.ts';
import type { DividedPool } from '../concurrency/division.ts';
import type { Loan } from './loan.ts';

/** Somebody who would be refused, unless a borrower or another platform gives back what it does not use. */
export interface Petition {
  /** Undefined for an invocation of this process itself. */
  readonly loan: Loan | undefined;
  readonly functionArn: string;
  /** Whose idle units would help: of functions whose ARNs begin so. */
  readonly scopes: readonly string[];
  /** How many units, or requests, it lacks. */
  readonly missing: (isRate: boolean) => number;
  /** Tries again. Says why it failed, or has settled the matter. */
  readonly attempt: () => ServiceError | undefined;
  readonly refuse: (error: ServiceError) => void;
  /** There is nothing to wait for any more. */
  readonly giveUp: (error: ServiceError) => void;
  /** What other platforms were asked for last, and how often they were. */
  asked?: DividedPool;
  asks?: number;
}

/** Other platforms with which limits are shared. */
export interface OtherPlatforms {
  canAsk(pool: DividedPool | undefined): pool is DividedPool;
  /** @param onAnswer they have given what they do not use */
  ask(pool: DividedPool, count: number, onAnswer: () => void): void;
}

/** Whose idle units would help. */
export function scopeOf(functionArn: string, refusal: ServiceError): string {
  return reasonOf(refusal).startsWith('Reserved') ? functionArn : regionOf(functionArn);
}

export function reasonOf(refusal: ServiceError): ThrottleReason {
  return String(refusal.members['Reason']) as ThrottleReason;
}

export function isRefusal(error: unknown): error is ServiceError {
  return error instanceof Error && 'status' in error && error.status === 429;
}
