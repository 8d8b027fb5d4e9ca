import { describe, expect, test } from 'vitest';
import type { AttributeValue, Item } from '../values/attribute-value.ts';
import { bindCondition } from './condition.ts';
import { parseCondition } from './condition-grammar.ts';
import { Placeholders } from './placeholders.ts';

const ITEM: Item = {
  id: { S: 'abc' },
  n: { N: '5' },
  tags: { SS: ['x', 'y'] },
  seq: { L: [{ N: '1' }, { M: { deep: { S: 'here' } } }] },
  doc: { M: { inside: { BOOL: true } } },
  none: { NULL: true },
  bytes: { B: new Uint8Array([1, 2, 3]) },
};
const VALUES: Record<string, AttributeValue> = {
  ':abc': { S: 'abc' },
  ':a': { S: 'a' },
  ':five': { N: '5' },
  ':six': { N: '6' },
  ':one': { N: '1' },
  ':x': { S: 'x' },
  ':set': { SS: ['y', 'x'] },
  ':true': { BOOL: true },
  ':doc': { S: 'M' },
  ':bad': { S: 'T' },
};

/** Only the values an expression uses: others would be refused. */
function holds(expression: string, item: Item = ITEM): boolean {
  const used = Object.entries(VALUES).filter(([name]) =>
    new RegExp(`${name}(?![A-Za-z0-9_])`).test(expression),
  );
  const names = expression.includes('#n') ? { '#n': 'n' } : undefined;
  const placeholders = new Placeholders(names, used.length > 0 ? Object.fromEntries(used) : undefined);
  const kind = 'ConditionExpression';
  const condition = bindCondition(parseCondition(kind, expression), kind, placeholders);
  placeholders.checkAllUsed();
  return condition(item);
}

describe('conditions that hold', () => {
  test.each([
    'id = :abc',
    'n < :six AND NOT n > :six',
    '#n BETWEEN :one AND :five',
    'n IN (:one, :five)',
    'absent <> :abc',
    'NOT absent = :abc',
    'attribute_exists(doc.inside) and attribute_not_exists(doc.outside)',
    'attribute_type(doc, :doc)',
    'begins_with(id, :a)',
    'contains(tags, :x) OR absent = :a',
    'contains(seq, :one)',
    'contains(id, :a)',
    'seq[1].deep <> id',
    'tags = :set',
    'doc.inside = :true',
    'size(tags) < :five and size(id) < size(seq[1].deep)',
    '(n) = (:five)',
    '(n = :one OR n = :five) AND (id = :abc)',
    'n = :one OR n = :five AND id = :abc',
  ])('%s', (expression) => {
    expect(holds(expression)).toBe(true);
  });
});

describe('conditions that do not', () => {
  test.each([
    'id = :five',
    'id < :five',
    'absent < :five',
    'absent IN (:five)',
    'size(n) = :one',
    'size(absent) < :five',
    'attribute_exists(seq[2])',
    'n.inside = :five',
    'contains(doc, :a)',
  ])('%s', (expression) => {
    expect(holds(expression)).toBe(false);
  });
});

describe('conditions that are none', () => {
  test.each([
    ['', 'The expression can not be empty;'],
    ['id', 'Syntax error; token: "<EOF>", near: "id"'],
    ['id = ', 'Syntax error; token: "<EOF>", near: "= "'],
    ['id == :abc', 'Syntax error; token: "=", near: "== :abc"'],
    ['id = :abc :a', 'Syntax error; token: ":a", near: ":abc :a"'],
    ['id = $', 'Syntax error; token: "$", near: "= $"'],
    ['name = :abc', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['((id = :abc))', 'The expression has redundant parentheses;'],
    ['foo(id)', 'Invalid function name; function: foo'],
    ['size(id)', 'The function is not allowed to be used this way in an expression; function: size'],
    [
      'contains(id) ',
      'Incorrect number of operands for operator or function; operator or function: contains, number of operands: 1',
    ],
    [
      'if_not_exists(id, :a) = :abc',
      'The function is not allowed in a condition expression; function: if_not_exists',
    ],
    [
      'attribute_exists(:abc)',
      'Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      'attribute_type(id, :bad)',
      'Invalid attribute type name found; type: T, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
    ],
    [
      'begins_with(id, :five)',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    [
      'id < :true',
      'Incorrect operand type for operator or function; operator or function: <, operand type: BOOL',
    ],
    [
      'n BETWEEN :six AND :five',
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:6}, upper bound operand: AttributeValue: {N:5}',
    ],
    [
      'id = id',
      'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [id]',
    ],
    ['id = :none', 'An expression attribute value used in expression is not defined; attribute value: :none'],
    [
      '#other = id',
      'An expression attribute name used in the document path is not defined; attribute name: #other',
    ],
  ])('%s', (expression, message) => {
    expect(() => holds(expression)).toThrow(`Invalid ConditionExpression: ${message}`);
  });

  test('what is given has to be used, and well-formed', () => {
    const given = (names: object | undefined, values: object | undefined) => () =>
      new Placeholders(
        names as Record<string, string> | undefined,
        values as Record<string, AttributeValue> | undefined,
      ).checkAllUsed();
    expect(given({ '#a': 'a' }, undefined)).toThrow(
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}',
    );
    expect(given(undefined, { ':a': { N: '1' } })).toThrow(
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:a}',
    );
    expect(given({}, undefined)).toThrow('ExpressionAttributeNames must not be empty');
    expect(given(undefined, { a: { N: '1' } })).toThrow(
      'ExpressionAttributeValues contains invalid key: Syntax error; key: "a"',
    );
    expect(given(undefined, { ':a': { N: 'x' } })).toThrow(
      'ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :a',
    );
  });
});
