import { listOf, type PolicyDocument, type PolicyStatement } from './policy-document.ts';

/** Condition keys that requests have on AWS and have not here, as no tags are looked at: a Deny that relies on one would not deny. */
const ABSENT = /^aws:(?:ResourceTag\/|RequestTag\/|TagKeys$)/i;

/** The first such key of a policy. */
export function absentKey({ Statement }: Pick<PolicyDocument, 'Statement'>): string | undefined {
  const keys = listOf(Statement).flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap(Object.keys),
  );
  return keys.find((key) => ABSENT.test(key));
}

/** What DynamoDB's requests say of the items they are about on AWS. A missing key fulfils ForAllValues, which would open whole tables. */
const OF_ITEMS = /^dynamodb:(?:attributes|leadingkeys|returnvalues|select)$/;

/** Keys in lower case without which an Allow of this statement says nothing. */
export function keysNeeded({ Effect, Condition = {} }: PolicyStatement): readonly string[] {
  if (Effect === 'Deny') return [];
  const keys = Object.values(Condition).flatMap((operands) => Object.keys(operands));
  return keys.map((key) => key.toLowerCase()).filter((key) => OF_ITEMS.test(key));
}
