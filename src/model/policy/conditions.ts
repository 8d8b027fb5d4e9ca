import { type ConditionOperator, OPERATORS, type ValueTest } from './condition-operators.ts';
import type { ContextKeys } from './context-keys.ts';
import { mentionedKeys } from './mentioned-keys.ts';
import { type ConditionValue, listOf, PolicyError, type PolicyStatement } from './policy-document.ts';

/**
 * Whether a request meets a statement's conditions.
 * @param hidden keys of which nothing is known: what rests on one of them counts as met
 */
export type ConditionTest = (keys: ContextKeys, hidden?: readonly string[]) => boolean;

type SetOperator = 'ForAllValues' | 'ForAnyValue';

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;
const KEY = /^[^\s:]+:\S+$/;

/** Every operator and every key must hold; of the values given for a key, one will do. Throws PolicyError. */
export function conditionTest(condition: PolicyStatement['Condition'], variables: boolean): ConditionTest {
  const tests: ConditionTest[] = [];
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      if (!KEY.test(key)) throw new PolicyError(`${key} is no condition key.`);
      const test = keyTest(operator, key.toLowerCase(), listOf(values), variables);
      const mentioned = mentionedKeys({ Statement: { Condition: { [operator]: { [key]: values } } } });
      tests.push((asked, hidden) => hidden?.some((each) => mentioned.has(each)) === true || test(asked));
    }
  }
  return (keys, hidden) => tests.every((test) => test(keys, hidden));
}

function keyTest(
  written: string,
  key: string,
  values: readonly ConditionValue[],
  variables: boolean,
): ConditionTest {
  const [, set, name = '', ifExists] = OPERATOR.exec(written) ?? [];
  if (name === 'Null' && set === undefined && ifExists === undefined) return absenceTest(key, values);
  const operator = OPERATORS.get(name);
  if (operator === undefined) throw new PolicyError(`${written} is no condition operator.`);
  const fits = anyOf(values.map((value) => operator.compile(String(value), variables)));
  const whenMissing = ifExists !== undefined || missingHolds(operator, set as SetOperator | undefined);
  const holds = valuesTest(operator, set as SetOperator | undefined, fits);
  return (keys) => {
    const asked = keys.get(key);
    return asked === undefined || asked.length === 0 ? whenMissing : holds(asked, keys);
  };
}

/** `ForAllValues` holds for no values at all, `ForAnyValue` never does; else "is not" holds for what is not there. */
function missingHolds(operator: ConditionOperator, set: SetOperator | undefined): boolean {
  if (set === undefined) return operator.isNegated;
  return set === 'ForAllValues';
}

/** Without a set operator one value of the request that fits is enough, and "is not" wants none that fits. */
function valuesTest(
  { isNegated }: ConditionOperator,
  set: SetOperator | undefined,
  fits: ValueTest,
): (asked: readonly string[], keys: ContextKeys) => boolean {
  const holds: ValueTest = isNegated ? (value, keys) => !fits(value, keys) : fits;
  const isEvery = set === undefined ? isNegated : set === 'ForAllValues';
  return isEvery
    ? (asked, keys) => asked.every((value) => holds(value, keys))
    : (asked, keys) => asked.some((value) => holds(value, keys));
}

function anyOf(tests: readonly ValueTest[]): ValueTest {
  const [first] = tests;
  if (first !== undefined && tests.length === 1) return first;
  return (value, keys) => tests.some((test) => test(value, keys));
}

/** `"Null": {"aws:SourceArn": "true"}`: the request must not have the key. */
function absenceTest(key: string, values: readonly ConditionValue[]): ConditionTest {
  const wanted = values.map((value) => String(value).toLowerCase());
  const odd = wanted.find((value) => value !== 'true' && value !== 'false');
  if (odd !== undefined) throw new PolicyError(`${odd} is no value for a Null condition.`);
  return (keys) => wanted.includes(String((keys.get(key)?.length ?? 0) === 0));
}
