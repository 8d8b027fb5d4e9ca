import { listOf, type OneOrMany, type PolicyDocument, PolicyError } from './policy-document.ts';
import { isArnPattern } from './arn-pattern.ts';

/**
 * Whose policy it is: a principal's own (names no principal), a resource's (must name one), or a role's trust policy
 * (must name one, and is about no other resource).
 */
export type PolicyKind = 'identity' | 'resource' | 'trust';

type Json = Readonly<Record<string, unknown>>;

const DOCUMENT_ELEMENTS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const PRINCIPAL_TYPES = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser']);
const ACTION = /^(?:\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$/;

/**
 * Reads a policy's JSON text and checks its form; what stands in principals and conditions is checked when it is
 * compiled. Throws PolicyError.
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new PolicyError('The policy is not valid JSON.');
  }
  if (!isObject(document)) throw new PolicyError('The policy must be a JSON object.');
  refuseUnknown(document, DOCUMENT_ELEMENTS, 'policy');
  const { Version, Id, Statement } = document;
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw new PolicyError('The policy must have a Version of 2012-10-17 or 2008-10-17.');
  }
  if (Id !== undefined && typeof Id !== 'string') throw new PolicyError('Id must be a text.');
  checkStatements(Statement, kind);
  return document as unknown as PolicyDocument;
}

function checkStatements(statements: unknown, kind: PolicyKind): void {
  if (!Array.isArray(statements) && !isObject(statements)) {
    throw new PolicyError('The policy must have a Statement.');
  }
  const list: readonly unknown[] = listOf(statements as OneOrMany<unknown>);
  if (list.length === 0) throw new PolicyError('The policy must have at least one statement.');
  const sids = new Set<string>();
  for (const statement of list) {
    if (!isObject(statement)) throw new PolicyError('Every statement must be a JSON object.');
    checkStatement(statement, kind);
    const sid = statement['Sid'];
    if (typeof sid !== 'string' || sid === '') continue;
    if (sids.has(sid)) throw new PolicyError('Statement IDs (SID) in a single policy must be unique.');
    sids.add(sid);
  }
}

function checkStatement(statement: Json, kind: PolicyKind): void {
  refuseUnknown(statement, STATEMENT_ELEMENTS, 'statement');
  const { Sid, Effect, Condition } = statement;
  if (Sid !== undefined && typeof Sid !== 'string') throw new PolicyError('Sid must be a text.');
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new PolicyError('Every statement must have an Effect of Allow or Deny.');
  }
  checkPrincipal(statement, kind);
  for (const action of oneOf(statement, 'Action')) {
    if (!ACTION.test(action)) throw new PolicyError(`${action} is no action of the form service:Name.`);
  }
  if (kind === 'trust' && ('Resource' in statement || 'NotResource' in statement)) {
    throw new PolicyError('Has prohibited field Resource');
  }
  for (const resource of kind === 'trust' ? [] : oneOf(statement, 'Resource')) {
    if (resource !== '*' && !isArnPattern(resource)) {
      throw new PolicyError(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
  if (Condition !== undefined) checkCondition(Condition);
}

function checkPrincipal(statement: Json, kind: PolicyKind): void {
  const { Principal, NotPrincipal } = statement;
  const given = [Principal, NotPrincipal].filter((element) => element !== undefined);
  if (kind === 'identity') {
    if (given.length > 0) throw new PolicyError('The policy of an identity must not name a principal.');
    return;
  }
  if (given.length !== 1)
    throw new PolicyError('Every statement must have either Principal or NotPrincipal.');
  const [principal] = given;
  if (principal === '*') return;
  if (!isObject(principal) || Object.keys(principal).length === 0) {
    throw new PolicyError('A principal must be "*" or an object such as {"AWS": ...} or {"Service": ...}.');
  }
  refuseUnknown(principal, PRINCIPAL_TYPES, 'principal');
  for (const [type, names] of Object.entries(principal)) texts(names, type);
}

function checkCondition(condition: unknown): void {
  if (!isObject(condition)) throw new PolicyError('Condition must be a JSON object.');
  for (const [operator, keys] of Object.entries(condition)) {
    if (!isObject(keys)) throw new PolicyError(`${operator} must be an object of condition keys.`);
    for (const [key, values] of Object.entries(keys)) {
      const list: readonly unknown[] = listOf(values);
      if (!list.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) {
        throw new PolicyError(`The values of ${key} must be texts, numbers or booleans.`);
      }
    }
  }
}

/** The texts of `Name` or of `NotName`, one of which there must be. */
function oneOf(statement: Json, name: 'Action' | 'Resource'): readonly string[] {
  const given = [statement[name], statement[`Not${name}`]].filter((element) => element !== undefined);
  if (given.length !== 1) throw new PolicyError(`Every statement must have either ${name} or Not${name}.`);
  return texts(given[0], name);
}

function texts(value: unknown, name: string): readonly string[] {
  const list: readonly unknown[] = listOf(value);
  if (list.length === 0 || !list.every((item) => typeof item === 'string')) {
    throw new PolicyError(`${name} must be a text or a list of texts.`);
  }
  return list;
}

function refuseUnknown(value: Json, known: ReadonlySet<string>, where: string): void {
  const odd = Object.keys(value).find((name) => !known.has(name));
  if (odd !== undefined) throw new PolicyError(`${odd} is no element of a ${where}.`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
