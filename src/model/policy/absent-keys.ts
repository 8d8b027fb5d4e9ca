import { mentionedKeys } from './mentioned-keys.ts';
import { listOf, type PolicyDocument, type PolicyStatement } from './policy-document.ts';

/** Condition keys that requests have on AWS and have not here, as no tags are looked at: a Deny that relies on one would not deny. */
const ABSENT = /^aws:(?:ResourceTag\/|RequestTag\/|TagKeys$)/i;

export function isTagKey(key: string): boolean {
  return ABSENT.test(key);
}

/** The first such key of a policy. */
export function absentKey({ Statement }: Pick<PolicyDocument, 'Statement'>): string | undefined {
  const keys = listOf(Statement).flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap(Object.keys),
  );
  return keys.find(isTagKey);
}

/** Of those, what requests to Lambda do have: it looks at tags that are given. */
const OF_LAMBDA = /^aws:(?:RequestTag\/|TagKeys$)/i;
/** The same of all services whose requests have any. */
const TAGS_OF: ReadonlyMap<string, RegExp> = new Map([
  ['lambda', OF_LAMBDA],
  ['sts', OF_LAMBDA],
  ['kinesis', ABSENT],
]);
/** In lower case. */
export const OF_OBJECTS =
  /^s3:(?:existingobjecttag\/|objectcreationoperation$|signatureage$|signatureversion$)/;

/** The first key that a Deny of an identity's own policy names, and that its requests have on AWS and not here: it would not deny. */
export function keyOfDenial({ Statement }: Pick<PolicyDocument, 'Statement'>): string | undefined {
  return listOf(Statement)
    .filter(({ Effect }) => Effect === 'Deny')
    .flatMap((statement) => {
      const isOfLambda = statement.NotAction === undefined && listOf(statement.Action ?? []).every(isLambdas);
      const conditions = Object.values(statement.Condition ?? {}).flatMap((operands) =>
        Object.keys(operands),
      );
      // First as they are written.
      return [...conditions, ...mentionedKeys({ Statement: statement })].filter(
        (key) => isAbsent(key) && !(isOfLambda && OF_LAMBDA.test(key)),
      );
    })[0];
}

/** Keys in lower case that a statement rests on when it denies, and of which requests for some actions do not say here what they would on AWS. */
export function keysHeldBack(statement: PolicyStatement): readonly string[] {
  return statement.Effect === 'Allow' ? [] : [...mentionedKeys({ Statement: statement })].filter(isAbsent);
}

/** Whether requests for an action have a key, in lower case, on AWS and not here. */
export function isHidden(key: string, action: string): boolean {
  const service = action.slice(0, action.indexOf(':')).toLowerCase();
  if (isTagKey(key)) return TAGS_OF.get(service)?.test(key) !== true;
  if (OF_IDENTITIES.test(key)) return service === 'iam' || service === 'sts';
  return (service === 'dynamodb' && OF_ITEMS.test(key)) || (service === 's3' && OF_OBJECTS.test(key));
}

export function wouldNotDeny(key: string): string {
  return `Lambent does not implement the condition key ${key} yet: a Deny that names it would not deny.`;
}

function isLambdas(action: string): boolean {
  return action.toLowerCase().startsWith('lambda:');
}

function isAbsent(key: string): boolean {
  const lower = key.toLowerCase();
  return isTagKey(key) || [OF_ITEMS, OF_OBJECTS, OF_IDENTITIES].some((absent) => absent.test(lower));
}

/** What DynamoDB's requests say of the items they are about on AWS. A missing key fulfils ForAllValues, which would open whole tables. */
const OF_ITEMS = /^dynamodb:(?:attributes|fulltablescan|leadingkeys|returnvalues|select)$/;
/** Tags of users, roles and policies, by IAM's own name for them. In lower case. */
const OF_IDENTITIES = /^iam:resourcetag\//;

/** Keys in lower case without which an Allow of this statement says nothing. */
export function keysNeeded({ Effect, Condition = {} }: PolicyStatement): readonly string[] {
  if (Effect === 'Deny') return [];
  const keys = Object.values(Condition).flatMap((operands) => Object.keys(operands));
  return keys.map((key) => key.toLowerCase()).filter((key) => OF_ITEMS.test(key));
}
