import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import { type AttributeValue, emptyItem, type Item } from '../values/attribute-value.ts';
import { checkedValue } from '../values/check-values.ts';
import { unsupportedAt } from './statement-error.ts';
import type { Expression, ExpressionOf } from './written-statement.ts';

/** Values in each other, the outermost counted. */
const MOST_LEVELS = 32;

/** How messages name what is no value. */
const NAMES: Readonly<Partial<Record<Expression['type'], string>>> = {
  parameter: 'Parameter',
  path: 'Path',
  missing: 'LiteralMissing',
  is: 'IsType',
};

/** What a literal stands for. Throws ValidationException, which names the place within the value: `root.a[0]`. */
export function literalValue(expression: Expression, place = 'root', level = 1): AttributeValue {
  if (level > MOST_LEVELS) {
    throw validation(`Nesting Levels have exceeded supported limits under ${place}`);
  }
  if (expression.type === 'literal') return expression.value;
  if (expression.type === 'number') return checkedUnder({ N: expression.text }, place);
  if (expression.type === 'map') return { M: mapOf(expression, place, level) };
  if (expression.type === 'bag') return setOf(expression, place);
  if (expression.type === 'list') {
    const { members } = expression;
    return { L: members.map((member, index) => literalValue(member, `${place}[${index}]`, level + 1)) };
  }
  const name = expression.type === 'call' ? expression.name : (NAMES[expression.type] ?? expression.type);
  throw unsupportedAt(`Unsupported data type: ${name} under key ${place}`, expression.at);
}

function mapOf({ members }: ExpressionOf<'map'>, place: string, level: number): Item {
  const item = emptyItem();
  for (const { name, value } of members) {
    if (name in item) throw duplicateName(name);
    item[name] = literalValue(value, `${place}.${name}`, level + 1);
  }
  return item;
}

/** An attribute or a member of a map that is given twice. */
export function duplicateName(name: string): ServiceError {
  return validation(`One or more parameter values were invalid: Duplicate name in a map: ${name}`);
}

function setOf({ members }: ExpressionOf<'bag'>, place: string): AttributeValue {
  if (members.length === 0) throw validation('Empty bags are not supported');
  const numbers = members.flatMap((member) => (member.type === 'number' ? [member.text] : []));
  if (numbers.length === members.length) return numberSet(numbers, place);
  const texts = members.flatMap((member) =>
    member.type === 'literal' && 'S' in member.value ? [member.value.S] : [],
  );
  if (texts.length === members.length) return checkedValue({ SS: texts });
  throw validation('Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags');
}

function numberSet(numbers: readonly string[], place: string): AttributeValue {
  const kept = numbers.map((N) => checkedUnder({ N }, place));
  const texts = kept.map((value) => ('N' in value ? value.N : ''));
  if (new Set(texts).size === texts.length) return { NS: texts };
  throw validation(
    `One or more parameter values were invalid: Input collection [${numbers.join(', ')}] contains duplicates! under ${place}`,
  );
}

function checkedUnder(value: AttributeValue, place: string): AttributeValue {
  try {
    return checkedValue(value);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw validation(`${error.message} under ${place}`);
  }
}
