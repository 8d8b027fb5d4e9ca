import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../model/service-error.ts';
import { parseStatement } from './statement-grammar.ts';

const NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: ";
const LEFTOVER = `${NOT_WELL_FORMED}Unexpected token after expression`;
const ALIASING = 'Aliasing is not supported';

function refusalOf(statement: string): string {
  try {
    parseStatement(statement);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ValidationException') return error.message;
    throw error;
  }
  throw new Error(`${statement} was expected to be refused.`);
}

describe('statements that are refused in DynamoDB’s words', () => {
  test.each([
    ["SLECT * FROM t WHERE pk = 'a'", `${NOT_WELL_FORMED}Expected data manipulation`],
    ['UPDATE Payment-table SET a = 1', `${NOT_WELL_FORMED}Expected data manipulation`],
    ['SELECT * FROM t WHERE pk = 1 foo', LEFTOVER],
    ['SELECT * FROM t WHERE pk = 1 e5', LEFTOVER],
    ['SELECT * FROM t WHERE pk = 1)', LEFTOVER],
    ["INSERT INTO t VALUE {'pk': 1} foo", LEFTOVER],
    ["INSERT INTO t u VALUE {'pk': 1}", LEFTOVER],
    ['DELETE FROM t WHERE pk = 1 ORDER BY pk', LEFTOVER],
    ['SELECT * FROM t ORDER BY pk WHERE pk = 1', LEFTOVER],
    ['FROM t SET c = 1 WHERE pk = 1', LEFTOVER],
    ['INSERT INTO urls (key, url) VALUES (?, ?)', `${NOT_WELL_FORMED}Unexpected keyword`],
    ['SELECT * FROM t WHERE ORDER BY pk', `${NOT_WELL_FORMED}Unexpected keyword`],
    ['SELECT * FROM t WHERE', `${NOT_WELL_FORMED}Unexpected term`],
    ['SELECT * FROM t WHERE;', `${NOT_WELL_FORMED}Unexpected term`],
    ['SELECT * FROM t WHERE NOT', `${NOT_WELL_FORMED}Unexpected term`],
    ['SELECT * FROM t WHERE (', `${NOT_WELL_FORMED}Unexpected term`],
    ['SELECT * FROM', `${NOT_WELL_FORMED}Unexpected term`],
    [
      'DELETE FROM t WHERE a = 1 AND',
      `${NOT_WELL_FORMED}Missing right-hand side expression of infix operator`,
    ],
    ['SELECT * FROM t WHERE IS NULL', `${NOT_WELL_FORMED}Unexpected operator`],
    ['SELECT * FROM t WHERE pk = LIKE', `${NOT_WELL_FORMED}Unexpected operator`],
    ['SELECT * FROM t WHERE x IS FOO', `${NOT_WELL_FORMED}Expected type name`],
    ['SELECT * FROM t WHERE m.inner = 1', `${NOT_WELL_FORMED}Invalid path dot component`],
    ['DELETE FROM', `${NOT_WELL_FORMED}Expected identifier for simple path`],
    ['DELETE FROM WHERE pk = 1', `${NOT_WELL_FORMED}Expected identifier for simple path`],
    ['SELECT * FROM t WHERE pk = 1 # note', NOT_WELL_FORMED],
    ['SELECT * FROM t WHERE pk = 1 /* note', NOT_WELL_FORMED],
    ["SELECT * FROM t WHERE pk = 'open", NOT_WELL_FORMED],
    ['SELECT * FROM "open', NOT_WELL_FORMED],
    ['SELECT * FROM t WHERE pk = 1e2147483648', NOT_WELL_FORMED],
    ['SELECT * FROM t WHERE pk = 1.5e-2147483647', NOT_WELL_FORMED],
    ['SELECT * FROM "t" u WHERE pk = \'x\'', ALIASING],
    ["SELECT * FROM t AS u WHERE pk = 'x'", ALIASING],
    ['SELECT a AS b FROM t', ALIASING],
    ["UPDATE t u SET a = 3 WHERE pk = 'x'", ALIASING],
    ["DELETE FROM t u WHERE pk = 'x'", ALIASING],
    ['SELECT * FROM "a"."b"."c"', 'A path may contain at most 2 components in the FROM clause'],
    ['SELECT * FROM "a".""', 'Path component cannot be an empty string'],
    ['SELECT * FROM ""', 'Path component cannot be an empty string'],
    ['SELECT * FROM a, b', 'Only select from a single table or index is supported.'],
    ['SELECT * FROM a INNER JOIN b ON a.x = b.x', 'Only select from a single table or index is supported.'],
    ['SELECT * FROM (SELECT * FROM a)', 'Only select from a single table or index is supported.'],
    [
      `SELECT * FROM t WHERE a = 1${' OR a = 1'.repeat(150)}`,
      'The expression contains too many operators; operator count: 301',
    ],
    ['SELECT COUNT(*) FROM t', 'Unexpected path component at 1:8:5'],
    ['SELECT a, size(b) FROM t', 'Unexpected path component at 1:11:4'],
    ['SELECT id FROM dbimp_page LIMIT 5', 'Unsupported clause: LIMIT at 1:33:1'],
    ['SELECT a FROM t\nGROUP BY a', 'Unsupported clause: GROUP BY at 2:10:1'],
    ['SELECT DISTINCT a FROM t', 'Unsupported clause: DISTINCT at 1:17:1'],
    ['SELECT l[-1] FROM T', 'List index is not within the allowable range; index: [-1] at 1:11:1'],
    [
      'SELECT l[2147483648] FROM T',
      'List index is not within the allowable range; index: [2147483648] at 1:10:10',
    ],
    [
      'DELETE FROM t WHERE pk = 1 RETURNING MODIFIED OLD *',
      'Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements.',
    ],
  ])('%s', (statement, message) => {
    expect(refusalOf(statement)).toBe(message);
  });
});

describe('statements that are read', () => {
  test.each([
    "select * from \"t\" where pk = 'it''s' -- a note\nAND b != - - .5E-3;",
    "SELECT/**/a, \"b\".c[0], m['k'] FROM t.i /* all\nof it */ WHERE a IN (1, ?) OR b IN <<'x'>>",
    "INSERT INTO t value {'pk': ?, 'b': [TRUE, null, {}], 'c': <<1, 2.5>>}",
    'UPDATE t SET n = n-1, l = list_append(l, [1]) REMOVE a.b SET s = SET_ADD(s, <<1>>) WHERE pk=1',
    'FROM "t" WHERE pk = 1 AND x IS NOT MISSING SET a = 1 RETURNING MODIFIED NEW *',
    "EXISTS(SELECT * FROM t WHERE pk = 'a' AND NOT size(b) BETWEEN 1 AND 2)",
    'SELECT l[-0] FROM t WHERE a NOT IN [1] AND (b = 1) = true ORDER BY pk DESC, sk',
    'DELETE FROM "arn:aws:dynamodb:us-east-1:000000000000:table/orders" WHERE x IS DOUBLE PRECISION',
  ])('%s', (statement) => {
    expect(parseStatement(statement).statement.from.table).not.toBe('');
  });

  test('names keep their case, functions and keywords have none', () => {
    const { statement, parameterCount } = parseStatement(
      'Select Total From Orders Where BEGINS_WITH(OrderID, ?) And Size(x) > ? Order By OrderID',
    );
    expect(parameterCount).toBe(2);
    expect(statement).toMatchObject({
      type: 'select',
      from: { table: 'Orders' },
      paths: [['Total']],
      where: { left: { name: 'begins_with', operands: [{ path: ['OrderID'] }, { index: 0 }] } },
      order: [{ path: ['OrderID'], isDescending: false }],
    });
  });
});
