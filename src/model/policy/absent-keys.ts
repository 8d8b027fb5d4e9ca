import { listOf, type PolicyDocument } from './policy-document.ts';

/** Condition keys that requests have on AWS and have not here, as no tags are looked at: a Deny that relies on one would not deny. */
const ABSENT = /^aws:(?:ResourceTag\/|RequestTag\/|TagKeys$)/i;

/** The first such key of a policy. */
export function absentKey({ Statement }: Pick<PolicyDocument, 'Statement'>): string | undefined {
  const keys = listOf(Statement).flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap(Object.keys),
  );
  return keys.find((key) => ABSENT.test(key));
}
