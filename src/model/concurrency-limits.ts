/** The arithmetic of an account's concurrency in one Region: who lays claim to how much, and what is left to share. */

/** What one function takes out of the account's limit. */
export interface ConcurrencyClaim {
  /** Bare function name. */
  readonly name: string;
  /** Undefined: the function shares the unreserved concurrency. */
  readonly reserved: number | undefined;
  /** Provisioned concurrency of all versions and aliases together. */
  readonly provisioned: number;
}

/** So much of an account stays unreserved; all of it in an account that has less. */
const LEAST_UNRESERVED = 100;

/** Claimed whether it is in use or not. Provisioned concurrency of a function with a reservation is part of that. */
export function claimed({ reserved, provisioned }: Omit<ConcurrencyClaim, 'name'>): number {
  return reserved ?? provisioned;
}

/** What functions without a claim share. Not below 0, although an operator may lower the limit under the claims. */
export function unreservedConcurrency(limit: number, claims: Iterable<ConcurrencyClaim>): number {
  let left = limit;
  for (const claim of claims) left -= claimed(claim);
  return Math.max(0, left);
}

/**
 * Why a function may not have this reservation; undefined when it may. Nothing can be wrong with reserving 0 or no
 * more than before, except that a function's provisioned concurrency has to fit into its reservation.
 */
export function reservationProblem(
  limit: number,
  claims: readonly ConcurrencyClaim[],
  name: string,
  wanted: number,
): string | undefined {
  const own = claimOf(claims, name);
  const least = Math.min(LEAST_UNRESERVED, limit);
  if (wanted > claimed(own) && leftBeside(limit, claims, name) - wanted < least) {
    return `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${least}].`;
  }
  if (wanted < own.provisioned) {
    return ` ReservedConcurrentExecutions  ${wanted} should not be lower than function's total provisioned concurrency [${own.provisioned}].`;
  }
  return undefined;
}

/**
 * Why a version or alias may not have this provisioned concurrency; undefined when it may.
 * @param before what the version or alias has now
 */
export function provisioningProblem(
  limit: number,
  claims: readonly ConcurrencyClaim[],
  name: string,
  before: number,
  wanted: number,
): string | undefined {
  const own = claimOf(claims, name);
  const total = own.provisioned - before + wanted;
  if (own.reserved !== undefined) {
    return total > own.reserved
      ? 'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function'
      : undefined;
  }
  if (wanted <= before) return undefined;
  const left = leftBeside(limit, claims, name) - (own.provisioned - before);
  const least = Math.min(LEAST_UNRESERVED, limit);
  if (wanted > left) {
    return `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${Math.max(0, left)}].`;
  }
  if (left - wanted < least) {
    return `Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${least}].`;
  }
  return undefined;
}

function claimOf(claims: readonly ConcurrencyClaim[], name: string): ConcurrencyClaim {
  return claims.find((claim) => claim.name === name) ?? { name, reserved: undefined, provisioned: 0 };
}

/** What the claims of all other functions leave of the limit. */
function leftBeside(limit: number, claims: readonly ConcurrencyClaim[], name: string): number {
  let left = limit;
  for (const claim of claims) if (claim.name !== name) left -= claimed(claim);
  return left;
}
