import { listOf, type OneOrMany, type PolicyStatement } from './policy-document.ts';

const VARIABLE = /\$\{\s*([^},\s]+)/g;

type Mentioning = Pick<PolicyStatement, 'Resource' | 'NotResource' | 'Condition'>;

/** The condition keys that a policy's conditions and variables name, in lower case. */
export function mentionedKeys({
  Statement,
}: {
  readonly Statement: OneOrMany<Mentioning>;
}): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { Resource, NotResource, Condition = {} } of listOf(Statement)) {
    for (const operands of Object.values(Condition)) {
      for (const key of Object.keys(operands)) keys.add(key.toLowerCase());
    }
    const text = JSON.stringify([Resource, NotResource, Condition]);
    for (const [, key = ''] of text.matchAll(VARIABLE)) keys.add(key.toLowerCase());
  }
  return keys;
}
