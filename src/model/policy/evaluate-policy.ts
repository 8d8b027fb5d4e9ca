import { arnPattern } from './arn-pattern.ts';
import { isHidden, keysHeldBack, keysNeeded } from './absent-keys.ts';
import { type ConditionTest, conditionTest } from './conditions.ts';
import type { ContextKeys } from './context-keys.ts';
import { listOf, type OneOrMany, type PolicyDocument, type PolicyStatement } from './policy-document.ts';
import { mentionedKeys } from './mentioned-keys.ts';
import { type Principal, type PrincipalMatch, type PrincipalMatcher, principalMatcher } from './principal.ts';
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
  /** What is not among the keys is not in the request, whatever Lambent does not implement. */
  readonly isComplete?: boolean;
}

/** What one policy says about a request, with the statement that says so. */
export type PolicyDecision =
  | { readonly effect: 'explicit-deny'; readonly statement: PolicyStatement }
  | {
      readonly effect: 'allow';
      readonly statement: PolicyStatement;
      /** With `account`, what the account itself lets the principal do still counts. */
      readonly match: PrincipalMatch;
    }
  | { readonly effect: 'none' };

/** A policy ready to be asked many times. */
export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
  /** Whether any statement denies: one that only allows takes nothing from those who need no permission. */
  readonly hasDeny: boolean;
  /** Condition keys its conditions and variables speak of, in lower case: a decision depends on no others. */
  readonly keys: ReadonlySet<string>;
}

interface CompiledStatement {
  readonly source: PolicyStatement;
  readonly matchPrincipal: PrincipalMatcher;
  readonly matchesAction: TextPattern;
  readonly matchesResource: TextPattern;
  readonly meetsConditions: ConditionTest;
  /** Without these keys a Deny would not deny what it denies on AWS. */
  readonly heldBack: readonly string[];
  readonly resourceKeys: ReadonlySet<string>;
}

const NOTHING_SAID: PolicyDecision = { effect: 'none' };
/** The nearer a policy names a principal, the more its allow gives. */
const NEARNESS: Readonly<Record<PrincipalMatch, number>> = { account: 1, role: 2, named: 3 };

/** Throws PolicyError for principals, variables and conditions that mean nothing. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const variables = document.Version === '2012-10-17';
  const statements = listOf(document.Statement).map((statement) => compileStatement(statement, variables));
  return {
    statements,
    hasDeny: statements.some(({ source }) => source.Effect === 'Deny'),
    keys: mentionedKeys(document),
  };
}

/** A deny wins over every allow; of two allows, the one that names the principal more nearly wins. */
export function evaluatePolicy(policy: CompiledPolicy, request: PolicyRequest): PolicyDecision {
  let decision = NOTHING_SAID;
  for (const statement of policy.statements) {
    const { source } = statement;
    const settled = decision.effect === 'allow' ? NEARNESS[decision.match] : 0;
    if (settled === NEARNESS.named && source.Effect === 'Allow') continue;
    const match = applies(statement, request);
    if (match === undefined) continue;
    if (source.Effect === 'Deny') return { effect: 'explicit-deny', statement: source };
    if (NEARNESS[match] > settled) decision = { effect: 'allow', statement: source, match };
  }
  return decision;
}

function applies(statement: CompiledStatement, request: PolicyRequest): PrincipalMatch | undefined {
  const { principal, action, resource, keys } = request;
  const match = statement.matchPrincipal(principal);
  if (match === undefined || !statement.matchesAction(action, keys)) return undefined;
  const hidden = statement.heldBack.length === 0 ? undefined : hiddenOf(statement, request);
  const isAbout =
    statement.matchesResource(resource, keys) ||
    hidden?.some((key) => statement.resourceKeys.has(key)) === true;
  return isAbout && statement.meetsConditions(keys, hidden) ? match : undefined;
}

/** A Deny that was accepted denies: too much rather than nothing, where what it asks for is not known. */
function hiddenOf(
  { heldBack }: CompiledStatement,
  { action, keys, isComplete }: PolicyRequest,
): readonly string[] | undefined {
  if (isComplete === true) return undefined;
  return heldBack.filter((key) => !keys.has(key) && isHidden(key, action));
}

function compileStatement(source: PolicyStatement, variables: boolean): CompiledStatement {
  const actionRules = { wildcards: true, variables: false, ignoreCase: true };
  const arnRules = { wildcards: true, variables };
  const { Action, NotAction, Resource, NotResource } = source;
  const meetsConditions = conditionTest(source.Condition, variables);
  const needed = keysNeeded(source);
  return {
    source,
    matchPrincipal: statementPrincipal(source),
    matchesAction: eitherOr(Action, NotAction, (text) => textPattern(text, actionRules)),
    matchesResource: eitherOr(Resource, NotResource, (text) => arnPattern(text, arnRules)),
    heldBack: keysHeldBack(source),
    resourceKeys: mentionedKeys({
      Statement: { ...(Resource && { Resource }), ...(NotResource && { NotResource }) },
    }),
    meetsConditions:
      needed.length === 0
        ? meetsConditions
        : (keys) => needed.every((key) => keys.has(key)) && meetsConditions(keys),
  };
}

function statementPrincipal({ Principal, NotPrincipal }: PolicyStatement): PrincipalMatcher {
  if (Principal !== undefined) return principalMatcher(Principal);
  // An identity's policy is about the identity.
  if (NotPrincipal === undefined) return () => 'named';
  const excluded = principalMatcher(NotPrincipal);
  return (principal) => (excluded(principal) === undefined ? 'named' : undefined);
}

/** A statement of a trust policy has neither: it is about its own role. */
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
