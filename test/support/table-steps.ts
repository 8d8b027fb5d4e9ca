import * as fc from 'fast-check';
import type { Clause, Place, Plain, PlainItem, Shown, Test, Write } from './table-model.ts';

/** One thing that happens in a history of a table. */
export type Step =
  | { readonly does: 'write'; readonly write: Write }
  | { readonly does: 'batch'; readonly writes: readonly Write[] }
  | { readonly does: 'transact'; readonly writes: readonly Write[]; readonly isTwice: boolean }
  | { readonly does: 'get'; readonly key: PlainItem; readonly places: readonly Place[] }
  | { readonly does: 'gets'; readonly keys: readonly PlainItem[] }
  /** The second index is made, or dropped. */
  | { readonly does: 'switch' }
  | {
      readonly does: 'query';
      readonly id: string;
      readonly range: readonly [number, number];
      readonly filter: Test | undefined;
      readonly isForward: boolean;
      readonly limit: number;
    }
  | { readonly does: 'scan'; readonly filter: Test | undefined; readonly segments: number }
  | { readonly does: 'index'; readonly s: string; readonly isForward: boolean }
  | { readonly does: 'second'; readonly n: number }
  | { readonly does: 'local'; readonly id: string; readonly from: string; readonly isWhole: boolean };

const key = fc.record({ id: fc.constantFrom('a', 'b'), at: fc.integer({ min: -2, max: 2 }) });
const texts = fc.constantFrom('x', 'y', 'xy');
const numbers = fc.integer({ min: -3, max: 12 });
const sets = fc.subarray(['x', 'y', 'z'], { minLength: 1 }).map((members) => new Set(members));
const lists = fc.array(numbers, { maxLength: 3 });
const maps = fc.dictionary(fc.constantFrom('k', 'j'), numbers);
const attributes = fc.record({ n: numbers, s: texts, t: sets, l: lists, m: maps }, { requiredKeys: [] });
const item = fc.tuple(key, attributes).map(([ofKey, others]): PlainItem => ({ ...others, ...ofKey }));
const place = fc.constantFrom<Place>(
  ['n'],
  ['s'],
  ['t'],
  ['l'],
  ['m'],
  ['l', 0],
  ['l', 2],
  ['m', 'k'],
  ['m', 'j'],
  ['q'],
);
const ORDER = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const plain: fc.Arbitrary<Plain> = fc.oneof(numbers, texts, sets, lists, maps);

const { tree } = fc.letrec<{ tree: Test }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2 },
    fc.record({ is: fc.constant('compare' as const), place, by: ORDER, value: fc.oneof(numbers, texts) }),
    fc.record({
      is: fc.constant('between' as const),
      place,
      low: fc.constant(0),
      high: numbers.map((value) => Math.abs(value)),
    }),
    fc.record({ is: fc.constantFrom('exists' as const, 'missing' as const), place }),
    fc.record({
      is: fc.constant('in' as const),
      place,
      values: fc.array(fc.oneof(numbers, texts), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ is: fc.constant('type' as const), place, type: fc.constantFrom('N', 'S', 'SS', 'L', 'M') }),
    fc.record({ is: fc.constantFrom('begins' as const, 'contains' as const), place, value: texts }),
    fc.record({ is: fc.constant('size' as const), place, by: ORDER, value: fc.integer({ min: 0, max: 3 }) }),
    fc.record({
      is: fc.constantFrom('and' as const, 'or' as const),
      tests: fc.tuple(tie('tree'), tie('tree')),
    }),
    fc.record({ is: fc.constant('not' as const), test: tie('tree') }),
  ) as fc.Arbitrary<Test>,
}));

const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc.record({ does: fc.constant('set' as const), place, value: fc.oneof(numbers) as fc.Arbitrary<Plain> }),
  fc.record({
    does: fc.constant('set' as const),
    place: fc.constantFrom<Place>(['s'], ['q'], ['n']),
    value: plain,
  }),
  fc.record({ does: fc.constant('plus' as const), place, from: place, value: numbers }),
  fc.record({ does: fc.constant('default' as const), place, value: numbers }),
  fc.record({
    does: fc.constant('append' as const),
    place: fc.constantFrom<Place>(['l'], ['n'], ['q']),
    value: lists,
  }),
  fc.record({ does: fc.constant('remove' as const), place }),
  fc.record({
    does: fc.constant('add' as const),
    place: fc.constantFrom<Place>(['n'], ['t'], ['q'], ['m', 'k']),
    value: fc.oneof(numbers, sets) as fc.Arbitrary<number | ReadonlySet<string>>,
  }),
  fc.record({
    does: fc.constant('delete' as const),
    place: fc.constantFrom<Place>(['t'], ['n'], ['q']),
    value: sets,
  }),
);
/** No path of an update may be part of another. */
const clauses = fc.uniqueArray(clause, { minLength: 1, maxLength: 4, selector: (one) => one.place[0] });
/** Those that could be asked for before there were expressions. */
const oldClauses = fc.uniqueArray(
  clause.filter(
    ({ does, place: { length } }) => length === 1 && !['plus', 'default', 'append'].includes(does),
  ),
  { minLength: 1, maxLength: 3, selector: (one) => one.place[0] },
);
const when = fc.option(tree, { nil: undefined });
/** No place is part of another. */
const places = fc.uniqueArray(place, { maxLength: 3, selector: ([name]) => name });
const showing = (...all: readonly Shown[]) => fc.option(fc.constantFrom(...all), { nil: undefined });
const asked = (...all: readonly Shown[]) =>
  fc
    .tuple(when, showing(...all), fc.boolean())
    .map(([test, shows, isOld]) => ({ isOld, ...(test && { when: test }), ...(shows && { shows }) }));
const write = fc.oneof(
  fc.tuple(item, asked('ALL_OLD')).map(([one, more]): Write => ({ kind: 'put', item: one, ...more })),
  fc
    .tuple(key, clauses, asked('ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'))
    .map(([ofKey, all, more]): Write => ({ kind: 'update', key: ofKey, clauses: all, ...more })),
  fc
    .tuple(key, oldClauses)
    .map(([ofKey, all]): Write => ({ kind: 'update', key: ofKey, clauses: all, isOld: true })),
  fc.tuple(key, asked('ALL_OLD')).map(([one, more]): Write => ({ kind: 'delete', key: one, ...more })),
);
const check = fc.tuple(key, tree).map(([one, test]): Write => ({ kind: 'check', key: one, when: test }));
/** Members show nothing, and know no older parameters. */
const member = fc.oneof(
  {
    weight: 4,
    arbitrary: write.map((one): Write => {
      const { shows: _, isOld: __, ...others } = one;
      return others;
    }),
  },
  { weight: 1, arbitrary: check },
);
const keyOf = (one: Write): string => {
  const { id, at } = one.kind === 'put' ? one.item : one.key;
  return JSON.stringify([id, at]);
};
const several = fc.uniqueArray(member, { minLength: 1, maxLength: 4, selector: keyOf });
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: write.map((one): Step => ({ does: 'write', write: one })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(several, fc.boolean())
      .map(([writes, isTwice]): Step => ({ does: 'transact', writes, isTwice })),
  },
  {
    weight: 1,
    arbitrary: several.map((writes): Step => {
      const plainWrites = writes.flatMap((one): Write[] => {
        if (one.kind === 'put') return [{ kind: 'put', item: one.item }];
        return one.kind === 'delete' ? [{ kind: 'delete', key: one.key }] : [];
      });
      return { does: 'batch', writes: plainWrites };
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('get' as const), key, places }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('gets' as const),
      keys: fc.uniqueArray(key, { minLength: 1, maxLength: 5, selector: ({ id, at }) => `${id} ${at}` }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ does: 'switch' }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('second' as const), n: numbers }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('local' as const),
      id: fc.constantFrom('a', 'b'),
      from: texts,
      isWhole: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('query' as const),
      id: fc.constantFrom('a', 'b'),
      range: fc.tuple(fc.integer({ min: -3, max: 0 }), fc.integer({ min: 0, max: 3 })),
      filter: when,
      isForward: fc.boolean(),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('scan' as const),
      filter: when,
      segments: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('index' as const), s: texts, isForward: fc.boolean() }),
  },
);
