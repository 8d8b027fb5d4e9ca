import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServiceError } from '../../../model/service-error.ts';
import { isKeyword } from './keywords.ts';
import { parseStatement } from './statement-grammar.ts';
import type { Expression, WrittenStatement } from './written-statement.ts';

const RUNS = 300;
/** Of a statement, as the API takes it. */
const MOST_CHARACTERS = 8_000;
const at = '';

type Path = readonly [string, ...(string | number)[]];

const anyName = fc.oneof(
  fc.constantFrom('a', 'pk', 'Total', 'order', 'select', 'it"s', 'ünï', '$x', '_'),
  fc.string({ minLength: 1, maxLength: 6 }),
);
const path: fc.Arbitrary<Path> = fc
  .tuple(anyName, fc.array(fc.oneof(anyName, fc.nat({ max: 2 ** 31 - 1 })), { maxLength: 2 }))
  .map(([first, rest]): Path => [first, ...rest]);
const digits = fc.constantFrom('0', '1', '12.50', '.5', '1e3', '2.5E-7', '38', '-1', '-.5');
const comparator = fc.constantFrom('=' as const, '<>' as const, '<' as const, '<=' as const, '>' as const);

const { any } = fc.letrec<{ any: Expression; value: Expression }>((tie) => {
  const nested = tie('any');
  const values = tie('value');
  const several = fc.array(values, { maxLength: 3 });
  return {
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.string().map((S): Expression => ({ type: 'literal', value: { S }, at })),
      fc.constantFrom<Expression>(
        { type: 'literal', value: { BOOL: true }, at },
        { type: 'literal', value: { NULL: true }, at },
        { type: 'missing', at },
      ),
      digits.map((text): Expression => ({ type: 'number', text, at })),
      path.map((steps): Expression => ({ type: 'path', path: steps, at })),
      several.map((members): Expression => ({ type: 'list', members, at })),
      several.map((members): Expression => ({ type: 'bag', members, at })),
      fc
        .array(fc.record({ name: fc.string(), value: values }), { maxLength: 2 })
        .map((members): Expression => ({ type: 'map', members, at })),
      fc
        .tuple(fc.constantFrom('size', 'begins_with', 'set_add'), several)
        .map(([name, operands]): Expression => ({ type: 'call', name, operands, at })),
      fc
        .tuple(fc.constantFrom('+', '-', '*'), values, values)
        .map(([operator, left, right]): Expression => ({ type: 'arithmetic', operator, left, right, at })),
    ),
    any: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      values,
      fc
        .tuple(comparator, nested, nested)
        .map(([by, left, right]): Expression => ({ type: 'compare', comparator: by, left, right, at })),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), nested, nested)
        .map(([type, left, right]): Expression => ({ type, left, right, at })),
      nested.map((operand): Expression => ({ type: 'not', operand, at })),
      fc
        .tuple(nested, values, values)
        .map(([operand, lower, upper]): Expression => ({ type: 'between', operand, lower, upper, at })),
      fc.tuple(nested, several).map(([operand, list]): Expression => ({ type: 'in', operand, list, at })),
      fc
        .tuple(nested, fc.constantFrom('missing', 'null', 'string'))
        .map(([operand, what]): Expression => ({ type: 'is', operand, what, at })),
    ),
  };
});

const from = fc.oneof(
  anyName.map((table) => ({ table })),
  fc.tuple(anyName, anyName).map(([table, index]) => ({ table, index })),
);
const where = fc.option(any, { nil: undefined });
const statements: fc.Arbitrary<WrittenStatement> = fc.oneof(
  fc.record({
    type: fc.constant('select' as const),
    from,
    paths: fc.option(fc.array(path, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    where,
    order: fc.array(fc.record({ path, isDescending: fc.boolean() }), { maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('exists' as const), from, where }),
  fc.record({ type: fc.constant('insert' as const), from: anyName.map((table) => ({ table })), item: any }),
  fc.record({
    type: fc.constant('delete' as const),
    from: anyName.map((table) => ({ table })),
    where,
    returning: fc.constantFrom(undefined, { which: 'ALL' as const, when: 'OLD' as const }),
  }),
);

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(statements, (statement) => {
      expect(withoutPlaces(parseStatement(written(statement)).statement)).toEqual(statement);
    }),
    { numRuns: RUNS },
  );
});

const pieces = fc.constantFrom(
  ...`SELECT * FROM t WHERE a = 1 AND OR NOT ( ) [ ] { } << >> 'x' "y" ? , . : ; -- /* */ IS MISSING IN BETWEEN size( INSERT INTO
    VALUE UPDATE SET REMOVE DELETE RETURNING ALL OLD EXISTS( - + .5 1e9 ORDER BY DESC LIMIT ' " \` # \u0000 😀`.split(
    /\s+/,
  ),
  ' ',
  '\n',
);

test('whatever is sent is read, or refused as nothing but invalid', () => {
  const soup = fc.oneof(
    fc.array(fc.nat({ max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
    fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(' ')),
    fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join('')),
  );
  fc.assert(fc.property(soup, checkAnswer), { numRuns: RUNS });
});

test.each(['(', '[', 'NOT ', "{'a':", '<<', '-', 'size(', 'a=1 OR ', 'a IN (', '1 + '])(
  'nothing is too deep or too long: %s',
  (piece) => {
    checkAnswer(`SELECT * FROM t WHERE ${piece.repeat(MOST_CHARACTERS / piece.length)}`);
  },
);

function checkAnswer(text: string): void {
  try {
    expect(parseStatement(text).statement.type).toBeTypeOf('string');
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toHaveProperty('code', 'ValidationException');
  }
}

function written(statement: WrittenStatement): string {
  const table = [statement.from.table, statement.from.index].flatMap((one) =>
    one === undefined ? [] : nameText(one),
  );
  const source = table.join('.');
  if (statement.type === 'insert') return `INSERT INTO ${source} VALUE ${textOf(statement.item)}`;
  const condition = 'where' in statement && statement.where ? ` WHERE ${textOf(statement.where)}` : '';
  switch (statement.type) {
    case 'select': {
      const shown = statement.paths?.map((one) => pathText(one as Path)).join(', ') ?? '*';
      const terms = statement.order.map(
        (term) => `${pathText(term.path as Path)} ${term.isDescending ? 'DESC' : 'ASC'}`,
      );
      const order = terms.length > 0 ? ` ORDER BY ${terms.join(', ')}` : '';
      return `SELECT ${shown} FROM ${source}${condition}${order}`;
    }
    case 'exists':
      return `EXISTS(SELECT * FROM ${source}${condition})`;
    case 'delete':
      return `DELETE FROM ${source}${condition}${statement.returning ? ' RETURNING ALL OLD *' : ''}`;
    case 'update':
      throw new Error('Updates are not among the statements.');
  }
}

/** In parentheses wherever something else might be read otherwise. */
function textOf(expression: Expression): string {
  const inner = (one: Expression): string => `(${textOf(one)})`;
  const list = (members: readonly Expression[]): string => members.map(textOf).join(' , ');
  switch (expression.type) {
    case 'literal':
      if ('S' in expression.value) return quotedText(expression.value.S);
      return 'BOOL' in expression.value ? String(expression.value.BOOL) : 'NULL';
    case 'number':
      return expression.text;
    case 'missing':
      return 'MISSING';
    case 'parameter':
      return '?';
    case 'path':
      return pathText(expression.path as Path);
    case 'list':
      return `[${list(expression.members)}]`;
    case 'bag':
      return `<< ${list(expression.members)} >>`;
    case 'map':
      return `{${expression.members.map((one) => `${quotedText(one.name)}: ${textOf(one.value)}`).join(', ')}}`;
    case 'call':
      return `${expression.name}(${list(expression.operands)})`;
    case 'and':
    case 'or':
      return `${inner(expression.left)} ${expression.type} ${inner(expression.right)}`;
    case 'compare':
      return `${inner(expression.left)}${expression.comparator}${inner(expression.right)}`;
    case 'arithmetic':
      return `${inner(expression.left)} ${expression.operator} ${inner(expression.right)}`;
    case 'not':
      return `NOT ${inner(expression.operand)}`;
    case 'between':
      return `${inner(expression.operand)} BETWEEN ${inner(expression.lower)} AND ${inner(expression.upper)}`;
    case 'in':
      return `${inner(expression.operand)} IN [${list(expression.list)}]`;
    case 'is':
      return `${inner(expression.operand)} IS ${expression.what}`;
  }
}

function pathText([first, ...steps]: Path): string {
  const rest = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${nameText(step)}`));
  return `${nameText(first)}${rest.join('')}`;
}

function nameText(text: string): string {
  const isPlain = /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(text) && !isKeyword(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function withoutPlaces(statement: WrittenStatement): unknown {
  return JSON.parse(JSON.stringify(statement, (key, value: unknown) => (key === 'at' ? '' : value)));
}
