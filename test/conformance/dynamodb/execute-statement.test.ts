import {
  type AttributeValue,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { makeTable, number, putAll, text } from '../../support/tables.ts';
import { refusal, useDynamodb } from './dynamodb-fixtures.ts';

const shared = useDynamodb();
const run = async (
  Statement: string,
  Parameters?: AttributeValue[],
  settings: Partial<ExecuteStatementCommandInput> = {},
) =>
  await shared.client.send(
    new ExecuteStatementCommand({ Statement, ...(Parameters && { Parameters }), ...settings }),
  );
const items = async (Statement: string, Parameters?: AttributeValue[]) =>
  (await run(Statement, Parameters)).Items;
const refused = async (Statement: string, Parameters?: AttributeValue[]) => {
  const { name, message } = await refusal(run(Statement, Parameters));
  return `${name}: ${message}`;
};
const stored = async (TableName: string, pk: string, sk: string) =>
  (await shared.client.send(new GetItemCommand({ TableName, Key: { pk: text(pk), sk: text(sk) } }))).Item;

const KEYS = {
  AttributeDefinitions: ['pk', 'sk', 'gpk'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-gpk',
      KeySchema: [{ AttributeName: 'gpk', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['n'] },
    },
  ],
};
const table = async (): Promise<string> => await makeTable(shared.client, KEYS);
/** Two partitions of three items. */
const filled = async (): Promise<string> => {
  const name = await table();
  for (const pk of ['o', 'p']) {
    for (const sk of ['1', '2', '3']) {
      await putAll(shared.client, name, {
        pk: text(pk),
        sk: text(sk),
        n: number(Number(sk)),
        gpk: text(`g${sk}`),
        m: { M: { k: { L: [text(`${pk}${sk}`)] } } },
      });
    }
  }
  return name;
};
const places = (found: Record<string, AttributeValue>[] | undefined) =>
  (found ?? []).map(({ pk, sk }) => `${pk?.S}/${sk?.S}`);

describe('SELECT', () => {
  test('finds what its condition names, and shows what it asks for', async () => {
    const name = await filled();
    expect(await items(`SELECT n, m.k[0], m FROM "${name}" WHERE pk = ? AND sk = '2'`, [text('o')])).toEqual([
      { n: number(2), 'k[0]': text('o2'), m: { M: { k: { L: [text('o2')] } } } },
    ]);
    for (const [where, found] of [
      ["pk = 'o' AND sk > '1'", ['o/2', 'o/3']],
      ["pk = 'o' AND sk BETWEEN '2' AND '9' AND n <> 3", ['o/2']],
      ["pk = 'o' AND begins_with(sk, '3')", ['o/3']],
      ["pk = 'o' AND (sk = '1' OR sk = '3')", ['o/1', 'o/3']],
      ["pk IN ['p', 'o'] AND sk IN ('2')", ['o/2', 'p/2']],
      ["pk = 'o' AND sk = '1' OR pk = 'p' AND NOT sk = '1'", ['o/1', 'p/2', 'p/3']],
      ["pk = 'o' OR pk = 'o' AND NOT sk = '1'", ['o/1', 'o/2', 'o/3']],
      ["pk = 'o' AND pk = 'p'", []],
      [
        "pk = 'o' AND none IS MISSING AND m IS NOT NULL AND n IS NUMERIC AND size(m) = 1",
        ['o/1', 'o/2', 'o/3'],
      ],
      ["pk = 'o' AND attribute_exists(m.k) = true AND (n = 1 OR contains(m.k, 'o2'))", ['o/1', 'o/2']],
      ["n = 3 AND attribute_type(sk, 'S')", ['o/3', 'p/3']],
    ] as const) {
      const shown = places(await items(`SELECT * FROM "${name}" WHERE ${where}`));
      expect({ where, found: shown.toSorted() }).toEqual({ where, found });
    }
  });

  test('comes in the order of its keys', async () => {
    const name = await filled();
    const order = async (rest: string) => places(await items(`SELECT pk, sk FROM "${name}" WHERE ${rest}`));
    expect(await order("pk = 'o' ORDER BY sk DESC")).toEqual(['o/3', 'o/2', 'o/1']);
    expect(await order("pk = 'o'")).toEqual(['o/1', 'o/2', 'o/3']);
    expect(await order("pk = 'o' ORDER BY pk ASC")).toEqual(['o/3', 'o/2', 'o/1']);
    expect(await order("pk IN ['o', 'p'] ORDER BY pk DESC, sk ASC")).toEqual([
      'p/1',
      'p/2',
      'p/3',
      'o/1',
      'o/2',
      'o/3',
    ]);
    const select = `SELECT sk FROM "${name}"`;
    expect(await refused(`${select} ORDER BY sk`)).toContain('Must have WHERE clause in the statement');
    expect(await refused(`${select} WHERE pk = 'o' ORDER BY n`)).toBe(
      'ValidationException: Attribute n in ORDER BY clause must be part of the primary key',
    );
    expect(await refused(`${select} WHERE pk > 'a' ORDER BY sk`)).toContain(
      'at least one non-optional hash key condition',
    );
    expect(await refused(`${select} WHERE pk IN ['o', 'p'] ORDER BY sk`)).toContain(
      'Must have hash key in ORDER BY clause',
    );
  });

  test('goes on where a page ended, under the same statement only', async () => {
    const name = await filled();
    const statement = `SELECT pk, sk FROM "${name}" WHERE pk IN [?, ?] ORDER BY pk DESC`;
    const parameters = [text('o'), text('p')];
    const seen: string[] = [];
    let NextToken: string | undefined;
    let first: string | undefined;
    do {
      const page = await run(statement, parameters, { Limit: 2, ...(NextToken && { NextToken }) });
      seen.push(...places(page.Items));
      NextToken = page.NextToken;
      first ??= NextToken;
    } while (NextToken !== undefined);
    expect(seen).toEqual(['p/3', 'p/2', 'p/1', 'o/3', 'o/2', 'o/1']);
    const again = (given: AttributeValue[], token: string | undefined) =>
      refusal(run(statement, given, { NextToken: token ?? '' }));
    expect(await again([text('o'), text('x')], first)).toMatchObject({
      message: 'NextToken does not match request',
    });
    expect(await again(parameters, 'garbage')).toMatchObject({ message: 'Invalid NextToken' });
    // Every item that is read counts, found or not.
    const filtered = await run(`SELECT * FROM "${name}" WHERE n = 7`, undefined, { Limit: 2 });
    expect(filtered).toMatchObject({
      Items: [],
      NextToken: expect.any(String),
      LastEvaluatedKey: expect.anything(),
    });
  });

  test('reads a megabyte at a time', async () => {
    const name = await table();
    const large = text('x'.repeat(390_000));
    for (const sk of ['1', '2', '3', '4'])
      await putAll(shared.client, name, { pk: text('a'), sk: text(sk), large });
    const page = await run(`SELECT sk FROM "${name}"`);
    expect(page.Items).toHaveLength(3);
    const rest = await run(`SELECT sk FROM "${name}"`, undefined, { NextToken: page.NextToken ?? '' });
    expect(rest.Items).toEqual([{ sk: text('4') }]);
    expect(rest.NextToken).toBeUndefined();
  });

  test('reads an index as the index knows its items', async () => {
    const name = await filled();
    const from = `FROM "${name}"."by-gpk"`;
    expect(places(await items(`SELECT pk, sk ${from} WHERE gpk = 'g2' AND n = 2`)).toSorted()).toEqual([
      'o/2',
      'p/2',
    ]);
    expect(Object.keys((await items(`SELECT * ${from} WHERE gpk = 'g1'`))?.[0] ?? {}).toSorted()).toEqual([
      'gpk',
      'n',
      'pk',
      'sk',
    ]);
    expect(await items(`SELECT * ${from} WHERE attribute_exists(m)`)).toEqual([]);
    for (const [statement, message] of [
      [`SELECT m ${from} WHERE gpk = 'g1'`, 'Global secondary index by-gpk does not project [m]'],
      [
        `SELECT pk ${from} WHERE gpk = 'g1' AND m = 1`,
        'Secondary index by-gpk does not project one or more filter attributes: [m]',
      ],
    ] as const) {
      expect(await refused(statement)).toBe(
        `ValidationException: One or more parameter values were invalid: ${message}`,
      );
    }
    expect(await refused(`SELECT * FROM "${name}"."none"`)).toBe(
      'ValidationException: The table does not have the specified index',
    );
    expect(await refusal(run(`SELECT * ${from}`, undefined, { ConsistentRead: true }))).toMatchObject({
      message: 'Strongly consistent read is not supported on Global Secondary Indexes',
    });
  });

  test('is refused where its keys contradict each other or the table', async () => {
    const name = await filled();
    const overlapping =
      'ValidationException: Overlapping conditions with range keys are not supported in where clause';
    for (const where of [
      "pk IN ['o', 'o']",
      "pk = 'o' OR pk = 'o'",
      "pk = 'o' AND (sk > '0' OR sk < '5')",
      "pk = 'o' AND (sk = '1' OR n = 2)",
    ]) {
      expect(await refused(`SELECT * FROM "${name}" WHERE ${where}`)).toBe(overlapping);
    }
    const many = (count: number) => Array.from({ length: count }, (_, index) => `'v${index}'`).join(',');
    expect(await refused(`SELECT * FROM "${name}" WHERE pk IN [${many(51)}]`)).toBe(
      'ValidationException: Too many decomposed read operations for a given query.',
    );
    expect(await items(`SELECT * FROM "${name}" WHERE pk IN [${many(51)}] OR n = 9`)).toEqual([]);
    expect(await refused(`SELECT * FROM "${name}" WHERE n IN [${many(101)}]`)).toContain(
      'The IN operator is provided with too many operands; number of operands: 101',
    );
    expect(await refused(`SELECT * FROM "${name}" WHERE pk = 1`)).toBe(
      "ValidationException: Key attribute's data type should match its data type in table's schema: Key pk",
    );
    expect(await refused(`SELECT * FROM "${name}" WHERE pk = 'o' AND n < ?`, [{ BOOL: true }])).toBe(
      'ValidationException: Incorrect operand type for operator or function; operator or function: <, operand type: BOOL',
    );
    expect(await refused(`SELECT * FROM "${name}" WHERE pk = ?`)).toBe(
      "ValidationException: Number of parameters in request and statement don't match.",
    );
    expect(await refused('SELECT * FROM "none-such" WHERE pk = 1')).toBe(
      'ResourceNotFoundException: Requested resource not found',
    );
    expect(await refused(`EXISTS(SELECT * FROM "${name}" WHERE pk = 'o')`)).toBe(
      'ValidationException: EXISTS can only be used in ExecuteTransaction write requests.',
    );
  });

  test('says what it has used', async () => {
    const name = await filled();
    const used = async (settings: Partial<ExecuteStatementCommandInput>) =>
      (await run(`SELECT * FROM "${name}" WHERE pk IN ['o', 'p']`, undefined, settings)).ConsumedCapacity;
    expect(await used({ ReturnConsumedCapacity: 'TOTAL' })).toEqual({ TableName: name, CapacityUnits: 1 });
    expect(await used({ ReturnConsumedCapacity: 'TOTAL', ConsistentRead: true })).toMatchObject({
      CapacityUnits: 2,
    });
    expect(await used({})).toBeUndefined();
  });
});

describe('INSERT', () => {
  test('puts an item of any values where there was none', async () => {
    const name = await table();
    const statement = `INSERT INTO "${name}" VALUE {'pk': 'a', 'sk': ?, 'n': -1.50e2, 'big': 12345678901234567890123456789012345678,
      't': 'it''s', 'l': [1, 'x', TRUE, null, <<'p', 'q'>>], 'm': {'deep': {}}, 'ns': <<1, 2.50>>}`;
    expect(await run(statement, [text('s')])).toMatchObject({ Items: [] });
    expect(await stored(name, 'a', 's')).toEqual({
      pk: text('a'),
      sk: text('s'),
      n: number(-150),
      big: { N: '12345678901234567890123456789012345678' },
      t: text("it's"),
      l: { L: [number(1), text('x'), { BOOL: true }, { NULL: true }, { SS: ['p', 'q'] }] },
      m: { M: { deep: { M: {} } } },
      ns: { NS: ['1', '2.5'] },
    });
    expect(await refused(statement, [text('s')])).toBe(
      'DuplicateItemException: Duplicate primary key exists in table',
    );
    await run(`INSERT INTO "${name}" VALUE ?`, [{ M: { pk: text('whole'), sk: text('1') } }]);
    expect(await stored(name, 'whole', '1')).toBeDefined();
  });

  test('is refused for values that cannot be kept', async () => {
    const name = await table();
    const overflow =
      'Number overflow. Attempting to store a number with magnitude larger than supported range';
    const insert = (x: string): string => `INSERT INTO "${name}" VALUE {'pk': 'a', 'sk': 'b', 'x': ${x}}`;
    for (const [x, message] of [
      ['1e126', `${overflow} under root`],
      ["{'y': [1, 1e126]}", `${overflow} under root.y[1]`],
      ['<<>>', 'Empty bags are not supported'],
      [
        "<<1, 'a'>>",
        'Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags',
      ],
      [
        "<<'a', 'a'>>",
        'One or more parameter values were invalid: Input collection [a, a] contains duplicates.',
      ],
      [
        '<<2, 2.0>>',
        'One or more parameter values were invalid: Input collection [2, 2.0] contains duplicates! under root',
      ],
      [
        `${"{'a':".repeat(32)}1${'}'.repeat(32)}`,
        `Nesting Levels have exceeded supported limits under root${'.a'.repeat(32)}`,
      ],
    ] as const) {
      expect(await refused(insert(x))).toBe(`ValidationException: ${message}`);
    }
    const nested = insert('[?]');
    expect(await refused(nested, [text('v')])).toBe(
      `ValidationException: Unsupported data type: Parameter under key root[0] at 1:${nested.indexOf('?') + 1}:1`,
    );
    expect(await refused(`INSERT INTO "${name}" VALUE {'pk': 'a'}`)).toBe(
      'ValidationException: One or more parameter values were invalid: Missing the key sk in the item',
    );
    expect(await stored(name, 'a', 'b')).toBeUndefined();
  });
});

describe('UPDATE', () => {
  test('changes the one item that it names', async () => {
    const name = await table();
    await putAll(shared.client, name, {
      pk: text('a'),
      sk: text('1'),
      n: number(5),
      gone: text('x'),
      tags: { SS: ['x', 'y'] },
      l: { L: [number(1), number(2)] },
      m: { M: { k: number(1), j: number(2) } },
    });
    await run(
      `UPDATE "${name}" SET n = n-1, "order" = ? SET tags = set_add(tags, <<'z'>>) SET fresh = SET_ADD(fresh, ?)
       SET l = list_append(l, [3]) SET m.k = m.j + 10 REMOVE gone, m.j WHERE sk = '1' AND 'a' = pk AND n > 4`,
      [text('first'), { NS: ['1'] }],
    );
    expect(await stored(name, 'a', '1')).toEqual({
      pk: text('a'),
      sk: text('1'),
      n: number(4),
      order: text('first'),
      tags: { SS: ['x', 'y', 'z'] },
      fresh: { NS: ['1'] },
      l: { L: [number(1), number(2), number(3)] },
      m: { M: { k: number(12) } },
    });
    await run(`FROM "${name}" WHERE pk = 'a' AND sk = '1' SET fresh = set_delete(fresh, <<1>>) REMOVE m`);
    const after = await stored(name, 'a', '1');
    expect([after?.['fresh'], after?.['m']]).toEqual([undefined, undefined]);
  });

  test('returns what RETURNING says', async () => {
    const name = await table();
    await putAll(shared.client, name, {
      pk: text('a'),
      sk: text('1'),
      m: { M: { x: number(1), y: number(2) } },
    });
    const update = async (change: string, returning: string) =>
      await items(`UPDATE "${name}" ${change} WHERE pk = 'a' AND sk = '1' RETURNING ${returning} *`);
    expect(await update('SET m.x = 5', 'MODIFIED NEW')).toEqual([{ m: { M: { x: number(5) } } }]);
    expect(await update('SET m.x = 6', 'MODIFIED OLD')).toEqual([{ m: { M: { x: number(5) } } }]);
    expect(await update('SET n = 1', 'MODIFIED OLD')).toEqual([]);
    expect(await update('REMOVE m', 'MODIFIED NEW')).toEqual([]);
    expect(await update('SET n = 2', 'ALL OLD')).toEqual([{ pk: text('a'), sk: text('1'), n: number(1) }]);
    expect(await update('SET n = 3', 'ALL NEW')).toEqual([{ pk: text('a'), sk: text('1'), n: number(3) }]);
  });

  test('is refused unless an item is named and there, and its condition holds', async () => {
    const name = await table();
    await putAll(shared.client, name, { pk: text('a'), sk: text('1'), n: number(5), s: { SS: ['x'] } });
    const before = await stored(name, 'a', '1');
    const noKey =
      'ValidationException: Where clause does not contain a mandatory equality on all key attributes';
    for (const where of [
      '',
      " WHERE pk = 'a'",
      " WHERE pk = 'a' AND sk > '1'",
      " WHERE pk = 'a' OR sk = '1'",
    ]) {
      expect(await refused(`UPDATE "${name}" SET n = 1${where}`)).toBe(noKey);
      expect(await refused(`DELETE FROM "${name}"${where}`)).toBe(noKey);
    }
    const update = (set: string, rest = ''): string =>
      `UPDATE "${name}" SET ${set} WHERE pk = 'a' AND sk = '1'${rest}`;
    const failed = 'ConditionalCheckFailedException: The conditional request failed';
    expect(await refused(update('n = 1', ' AND n = 4'))).toBe(failed);
    expect(await refused(`UPDATE "${name}" SET n = 1 WHERE pk = 'b' AND sk = '1'`)).toBe(failed);
    for (const [statement, message] of [
      [
        update('n = 1', " AND pk = 'b'"),
        'Multiple conditions on same key pk. Only single item Update/Insert/Delete are supported',
      ],
      [
        update("sk = 'x'"),
        'One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key',
      ],
      [
        update("n = 'a' + 1", ' AND none = 1'),
        'Incorrect operand type for operator or function; operator or function: +, operand type: S',
      ],
      [
        update('n = none + 1'),
        'The provided expression refers to an attribute that does not exist in the item',
      ],
      [update('none[0] = 1'), 'The document path provided in the update expression is invalid for update'],
      [update('s = set_add(s, <<1>>)'), 'An operand in the update expression has an incorrect data type'],
      [
        update('t = set_add(s, <<1>>)'),
        `The first argument to SET_ADD must equal the assignment value at 1:${update('t = ').indexOf(' WHERE') + 1}:7`,
      ],
      [update('n = upper(s)'), `Unrecognized function: upper at 1:${update('n = ').indexOf(' WHERE') + 1}:5`],
    ] as const) {
      expect(await refused(statement)).toBe(`ValidationException: ${message}`);
    }
    const shown = await refusal(
      run(update('n = 1', ' AND n = 4'), undefined, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    );
    expect(shown.Item).toEqual(before);
    expect(await stored(name, 'a', '1')).toEqual(before);
  });
});

describe('DELETE', () => {
  test('deletes the one item that it names, if its condition holds', async () => {
    const name = await table();
    await putAll(shared.client, name, { pk: text('a'), sk: text('1'), n: number(5) });
    const where = "WHERE pk = 'a' AND sk = '1'";
    expect(await refused(`DELETE FROM "${name}" ${where} AND n = 4`)).toBe(
      'ConditionalCheckFailedException: The conditional request failed',
    );
    expect(await items(`DELETE FROM "${name}" ${where} AND n = 5 RETURNING ALL OLD *`)).toEqual([
      { pk: text('a'), sk: text('1'), n: number(5) },
    ]);
    // What is not there is as good as deleted, whatever it should have been.
    expect(await items(`DELETE FROM "${name}" ${where} AND n = 5 RETURNING ALL OLD *`)).toEqual([]);
    expect(
      await run(`DELETE FROM "${name}" ${where}`, undefined, { ReturnConsumedCapacity: 'TOTAL' }),
    ).toMatchObject({
      Items: [],
      ConsumedCapacity: { TableName: name, CapacityUnits: 1 },
    });
  });
});
