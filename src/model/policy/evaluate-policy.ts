import { arnPattern } from './arn-pattern.ts';
import { type ConditionTest, conditionTest } from './conditions.ts';
import type { ContextKeys } from './context-keys.ts';
import { listOf, type OneOrMany, type PolicyDocument, type PolicyStatement } from './policy-document.ts';
import { type Principal, type PrincipalMatcher, principalMatcher } from './principal.ts';
import { textPattern, type TextPattern } from './text-pattern.ts';

/** What is asked for, and by whom. */
export interface PolicyRequest {
  readonly principal: Principal;
  /** e.g. `lambda:InvokeFunction` */
  readonly action: string;
  /** ARN, or `*` for actions that are about no resource */
  readonly resource: string;
  /** From `requestKeys` */
  readonly keys: ContextKeys;
}

/** What one policy says about a request, with the statement that says so. */
export type PolicyDecision =
  | { readonly effect: 'explicit-deny'; readonly statement: PolicyStatement }
  | {
      readonly effect: 'allow';
      readonly statement: PolicyStatement;
      /** Only the principal's account is named: what the account itself lets the principal do still counts. */
      readonly isDelegated: boolean;
    }
  | { readonly effect: 'none' };

/** A policy ready to be asked many times. */
export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
  /** Whether any statement denies: one that only allows takes nothing from those who need no permission. */
  readonly hasDeny: boolean;
}

interface CompiledStatement {
  readonly source: PolicyStatement;
  readonly matchPrincipal: PrincipalMatcher;
  readonly matchesAction: TextPattern;
  readonly matchesResource: TextPattern;
  readonly meetsConditions: ConditionTest;
}

const NOTHING_SAID: PolicyDecision = { effect: 'none' };

/** Throws PolicyError for principals, variables and conditions that mean nothing. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const variables = document.Version === '2012-10-17';
  const statements = listOf(document.Statement).map((statement) => compileStatement(statement, variables));
  return { statements, hasDeny: statements.some(({ source }) => source.Effect === 'Deny') };
}

/** A deny wins over every allow; of two allows, one that names the principal wins over one that names its account. */
export function evaluatePolicy(policy: CompiledPolicy, request: PolicyRequest): PolicyDecision {
  let decision = NOTHING_SAID;
  for (const statement of policy.statements) {
    const { source } = statement;
    const settled = decision.effect === 'allow' && !decision.isDelegated;
    if (settled && source.Effect === 'Allow') continue;
    const match = applies(statement, request);
    if (match === undefined) continue;
    if (source.Effect === 'Deny') return { effect: 'explicit-deny', statement: source };
    if (decision.effect === 'none' || match === 'named') {
      decision = { effect: 'allow', statement: source, isDelegated: match === 'account' };
    }
  }
  return decision;
}

function applies(
  statement: CompiledStatement,
  { principal, action, resource, keys }: PolicyRequest,
): ReturnType<PrincipalMatcher> {
  const match = statement.matchPrincipal(principal);
  if (match === undefined) return undefined;
  if (!statement.matchesAction(action, keys) || !statement.matchesResource(resource, keys)) return undefined;
  return statement.meetsConditions(keys) ? match : undefined;
}

function compileStatement(source: PolicyStatement, variables: boolean): CompiledStatement {
  const actionRules = { wildcards: true, variables: false, ignoreCase: true };
  const arnRules = { wildcards: true, variables };
  const { Action, NotAction, Resource, NotResource } = source;
  return {
    source,
    matchPrincipal: statementPrincipal(source),
    matchesAction: eitherOr(Action, NotAction, (text) => textPattern(text, actionRules)),
    matchesResource: eitherOr(Resource, NotResource, (text) => arnPattern(text, arnRules)),
    meetsConditions: conditionTest(source.Condition, variables),
  };
}

function statementPrincipal({ Principal, NotPrincipal }: PolicyStatement): PrincipalMatcher {
  if (Principal !== undefined) return principalMatcher(Principal);
  // An identity's policy is about the identity.
  if (NotPrincipal === undefined) return () => 'named';
  const excluded = principalMatcher(NotPrincipal);
  return (principal) => (excluded(principal) === undefined ? 'named' : undefined);
}

function eitherOr(
  wanted: OneOrMany<string> | undefined,
  unwanted: OneOrMany<string> | undefined,
  compile: (text: string) => TextPattern,
): TextPattern {
  const patterns = listOf(wanted ?? unwanted ?? []).map(compile);
  const [first] = patterns;
  if (wanted !== undefined && first !== undefined && patterns.length === 1) return first;
  const isWanted = wanted !== undefined;
  return (text, keys) => patterns.some((pattern) => pattern(text, keys)) === isWanted;
}
