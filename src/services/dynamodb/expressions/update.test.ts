import { describe, expect, test } from 'vitest';
import type { AttributeValue, Item } from '../values/attribute-value.ts';
import { applyUpdate } from './apply-update.ts';
import { Placeholders } from './placeholders.ts';
import { bindProjection, project } from './projection.ts';
import { parseProjection } from './projection-grammar.ts';
import { bindUpdate } from './update.ts';
import { parseUpdate } from './update-grammar.ts';

const ITEM: Item = {
  n: { N: '5' },
  tags: { SS: ['x', 'y'] },
  numbers: { NS: ['1', '2'] },
  seq: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] },
  doc: { M: { inside: { S: 'i' }, rest: { L: [{ S: 'z' }] } } },
};
const VALUES: Record<string, AttributeValue> = {
  ':one': { N: '1' },
  ':ten': { N: '10' },
  ':text': { S: 'text' },
  ':more': { L: [{ S: 'm' }] },
  ':set': { SS: ['y', 'z'] },
  ':both': { SS: ['x', 'y'] },
  ':bool': { BOOL: true },
};

function after(expression: string): Item {
  const used = Object.entries(VALUES).filter(([name]) => expression.includes(name));
  const placeholders = new Placeholders(undefined, used.length > 0 ? Object.fromEntries(used) : undefined);
  return { ...applyUpdate(ITEM, bindUpdate(parseUpdate(expression), placeholders)) };
}

describe('an update', () => {
  test.each([
    ['SET n = n + :ten, m = n', { n: { N: '15' }, m: { N: '5' } }],
    ['SET n = :one - n', { n: { N: '-4' } }],
    ['set n = if_not_exists(n, :one), k = if_not_exists(k, :ten) + :one', { k: { N: '11' } }],
    ['SET seq = list_append(:more, seq)', { seq: { L: [{ S: 'm' }, ...listed(0, 1, 2)] } }],
    ['SET seq[9] = :ten', { seq: { L: listed(0, 1, 2, 10) } }],
    ['SET seq[1] = :ten REMOVE seq[0], seq[2]', { seq: { L: listed(10) } }],
    ['SET doc.inside = :text', { doc: { M: { inside: { S: 'text' }, rest: { L: [{ S: 'z' }] } } } }],
    ['SET doc.rest[0] = :text', { doc: { M: { inside: { S: 'i' }, rest: { L: [{ S: 'text' }] } } } }],
    [
      'ADD n :one, tags :set, fresh :ten',
      { n: { N: '6' }, tags: { SS: ['x', 'y', 'z'] }, fresh: { N: '10' } },
    ],
    ['DELETE tags :set', { tags: { SS: ['x'] } }],
    ['DELETE absent :set', {}],
    ['REMOVE absent, doc.inside', { doc: { M: { rest: { L: [{ S: 'z' }] } } } }],
  ] as const)('%s', (expression, changed) => {
    expect(after(expression)).toEqual({ ...ITEM, ...changed });
  });

  test('a set of which nothing is left is gone', () => {
    const { tags: _, ...others } = ITEM;
    expect(after('DELETE tags :both')).toEqual(others);
  });

  test.each([
    ['SET n = absent', 'The provided expression refers to an attribute that does not exist in the item'],
    ['SET n = n + tags', 'An operand in the update expression has an incorrect data type'],
    ['SET n = list_append(seq, n)', 'An operand in the update expression has an incorrect data type'],
    ['ADD tags :one', 'An operand in the update expression has an incorrect data type'],
    ['DELETE n :set', 'An operand in the update expression has an incorrect data type'],
    ['SET absent.inside = :one', 'The document path provided in the update expression is invalid for update'],
    ['SET n.inside = :one', 'The document path provided in the update expression is invalid for update'],
    [
      'SET n = :one SET m = :ten',
      'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
    ],
    [
      'SET n = :one, n.a = :ten',
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n, a]',
    ],
    [
      'SET n[0] = :one, n.a = :ten',
      'Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [n, [0]], path two: [n, a]',
    ],
    [
      'SET n = n + :text',
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, operand type: S',
    ],
    [
      'ADD n :bool',
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: BOOLEAN, typeset: ALLOWED_FOR_ADD_OPERAND',
    ],
    [
      'DELETE n :one',
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeset: ALLOWED_FOR_DELETE_OPERAND',
    ],
    [
      'SET n = size(seq)',
      'Invalid UpdateExpression: The function is not allowed in an update expression; function: size',
    ],
    [
      'SET n = if_not_exists(:one, :ten)',
      'Invalid UpdateExpression: Operator or function requires a document path; operator or function: if_not_exists',
    ],
    ['n = :one', 'Invalid UpdateExpression: Syntax error; token: "n", near: "n ="'],
    ['SET n :one', 'Invalid UpdateExpression: Syntax error; token: ":one", near: "n :one"'],
  ])('%s is refused', (expression, message) => {
    expect(() => after(expression)).toThrow(message);
  });
});

describe('a projection', () => {
  test('picks parts of maps and lists', () => {
    const written = parseProjection('n, seq[2], seq[0], doc.rest[0], absent.piece');
    const paths = bindProjection(written, new Placeholders(undefined, undefined));
    expect({ ...project(ITEM, paths) }).toEqual({
      n: { N: '5' },
      seq: { L: listed(0, 2) },
      doc: { M: { rest: { L: [{ S: 'z' }] } } },
    });
  });

  test('takes no path twice', () => {
    const written = parseProjection('doc, doc.inside');
    expect(() => bindProjection(written, new Placeholders(undefined, undefined))).toThrow(
      'Invalid ProjectionExpression: Two document paths overlap with each other',
    );
  });
});

function listed(...numbers: number[]): AttributeValue[] {
  return numbers.map((number) => ({ N: String(number) }));
}
