import type { ExecuteStatementOutput } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_STREAMS } from '../../../../test/support/no-streams.ts';
import { contextOf } from '../../../../test/support/request-context.ts';
import { MovableClock } from '../../../model/clock.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { openStore } from '../../../store/open-store.ts';
import { createDynamodbService } from '../dynamodb-service.ts';
import { TablesRuntime } from '../tables-runtime.ts';

const RUNS = 200;
const IDS = ['a', 'b', 'c'];
/** What DynamoDB does not read in parts, whatever the parts are. */
const REFUSED = [
  'Overlapping conditions with range keys are not supported in where clause',
  'Too many decomposed read operations for a given query.',
];

interface Row {
  readonly id: string;
  readonly sk: number;
  readonly n: number;
}

/** A condition, as it is written and as it is meant. */
interface Where {
  readonly text: string;
  readonly holds: (row: Row) => boolean;
}

const ROWS = IDS.flatMap((id) => [0, 1, 2, 3].map((sk): Row => ({ id, sk, n: (sk * 7) % 4 })));
const id = fc.constantFrom(...IDS, 'none');
const number = fc.integer({ min: -1, max: 4 });
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const compared = (name: 'sk' | 'n') =>
  fc.tuple(fc.constantFrom(...Object.entries(COMPARISONS)), number).map(([[sign, holds], value]): Where => {
    return { text: `${name} ${sign} ${value}`, holds: (row) => holds(row[name], value) };
  });
const leaf: fc.Arbitrary<Where> = fc.oneof(
  {
    weight: 3,
    arbitrary: id.map((one): Where => ({ text: `id = '${one}'`, holds: (row) => row.id === one })),
  },
  id.map((one): Where => ({ text: `'${one}' = id`, holds: (row) => row.id === one })),
  fc.uniqueArray(id, { minLength: 1 }).map((some): Where => {
    return {
      text: `id IN [${some.map((one) => `'${one}'`).join(', ')}]`,
      holds: (row) => some.includes(row.id),
    };
  }),
  { weight: 3, arbitrary: compared('sk') },
  compared('n'),
  fc.tuple(number, fc.nat({ max: 3 })).map(([low, more]): Where => {
    const holds = ({ sk }: Row): boolean => sk >= low && sk <= low + more;
    return { text: `sk BETWEEN ${low} AND ${low + more}`, holds };
  }),
  fc
    .uniqueArray(number, { minLength: 1 })
    .map((some): Where => ({ text: `sk IN (${some.join(', ')})`, holds: (row) => some.includes(row.sk) })),
);
const { tree } = fc.letrec<{ tree: Where }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'large' },
    leaf,
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]): Where => {
      return { text: `(${a.text} AND ${b.text})`, holds: (row) => a.holds(row) && b.holds(row) };
    }),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]): Where => {
      return { text: `(${a.text} OR ${b.text})`, holds: (row) => a.holds(row) || b.holds(row) };
    }),
    tie('tree').map((one): Where => ({ text: `NOT ${one.text}`, holds: (row) => !one.holds(row) })),
  ),
}));
/** Half of them name a partition in any case. */
const where = fc.oneof(
  tree,
  fc.tuple(fc.constantFrom(...IDS), tree).map(([one, rest]): Where => {
    return { text: `id = '${one}' AND ${rest.text}`, holds: (row) => row.id === one && rest.holds(row) };
  }),
);

test('whatever ranges are read, everything is found that a condition means, once', async () => {
  const store = await openStore({
    dataDir: '.',
    url: undefined,
    ephemeral: true,
    onWarning: () => undefined,
  });
  const runtime = new TablesRuntime({
    store,
    clock: new MovableClock(),
    streams: NO_STREAMS,
    owner: 'this one',
    onNotice: () => undefined,
  });
  const { operations } = createDynamodbService(runtime);
  const call = async <Output>(operation: string, input: object): Promise<Output> =>
    (await operations[operation]?.(input, contextOf('dynamodb', operation))) as Output;
  const keyOf = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  await call('CreateTable', {
    TableName: 'planned',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
    ],
    KeySchema: keyOf('id', 'sk'),
  });
  for (const { id: hash, sk, n } of ROWS) {
    await call('ExecuteStatement', {
      Statement: `INSERT INTO planned VALUE {'id': '${hash}', 'sk': ${sk}, 'n': ${n}}`,
    });
  }
  let answered = 0;
  const property = fc.asyncProperty(where, fc.integer({ min: 1, max: 5 }), async ({ text, holds }, Limit) => {
    const found: string[] = [];
    let NextToken: string | undefined;
    try {
      do {
        const request = {
          Statement: `SELECT * FROM planned WHERE ${text}`,
          Limit,
          ...(NextToken && { NextToken }),
        };
        const page: ExecuteStatementOutput = await call('ExecuteStatement', request);
        found.push(...(page.Items ?? []).map((item) => `${item['id']?.S} ${item['sk']?.N}`));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      expect(REFUSED).toContain(error.message);
      return;
    }
    answered += 1;
    const wanted = ROWS.filter(holds).map((row) => `${row.id} ${row.sk}`);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });
  await fc.assert(property, { numRuns: RUNS });
  expect(answered).toBeGreaterThan(RUNS / 4);
  await store.close();
}, 120_000);
