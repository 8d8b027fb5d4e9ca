/** An IAM policy as its author wrote it: one value or a list is kept as it was, so that rendering gives it back. */
export interface PolicyDocument {
  readonly Version?: PolicyVersion;
  readonly Id?: string;
  readonly Statement: OneOrMany<PolicyStatement>;
}

/** Policy variables (`${aws:username}`) exist since 2012-10-17; a policy that names no version is of 2008-10-17. */
export type PolicyVersion = '2008-10-17' | '2012-10-17';

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  /** Resource policies have exactly one of these two, identity policies none. */
  readonly Principal?: PolicyPrincipal;
  readonly NotPrincipal?: PolicyPrincipal;
  /** Exactly one of these two. */
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  /** Exactly one of these two. */
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  /** Operator → condition key → the values any of which will do. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany<ConditionValue>>>>>;
}

export type PolicyPrincipal = '*' | Readonly<Partial<Record<PrincipalType, OneOrMany<string>>>>;
export type PrincipalType = 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';
export type ConditionValue = string | number | boolean;
export type OneOrMany<T> = T | readonly T[];

/** What is wrong with a policy, in a sentence its author can act on. */
export class PolicyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PolicyError';
  }
}

export function listOf<T>(value: OneOrMany<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The policy as JSON text without white space. */
export function renderPolicy(document: PolicyDocument): string {
  return JSON.stringify(document);
}
