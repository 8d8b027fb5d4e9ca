import * as fc from 'fast-check';
import type { Clause, Place, Plain, PlainItem, Test, Write } from './table-model.ts';

/** One request of a random history. */
export type Step =
  | { readonly does: 'write'; readonly write: Write }
  | { readonly does: 'batch' | 'transact'; readonly writes: readonly Write[] }
  | { readonly does: 'get'; readonly key: PlainItem }
  | {
      readonly does: 'query';
      readonly id: string;
      readonly range: readonly [number, number];
      readonly filter: Test | undefined;
      readonly isForward: boolean;
      readonly limit: number;
    }
  | { readonly does: 'scan'; readonly filter: Test | undefined; readonly segments: number }
  | { readonly does: 'index'; readonly s: string; readonly isForward: boolean };

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
const when = fc.option(tree, { nil: undefined });
const write = fc.oneof(
  fc
    .tuple(item, when)
    .map(([ofItem, given]): Write => ({ kind: 'put', item: ofItem, ...(given && { when: given }) })),
  fc.tuple(key, clauses, when).map(
    ([ofKey, all, given]): Write => ({
      kind: 'update',
      key: ofKey,
      clauses: all,
      ...(given && { when: given }),
    }),
  ),
  fc
    .tuple(key, when)
    .map(([ofKey, given]): Write => ({ kind: 'delete', key: ofKey, ...(given && { when: given }) })),
);
const keyOf = (one: Write): string => {
  const { id, at } = one.kind === 'put' ? one.item : one.key;
  return JSON.stringify([id, at]);
};
const several = fc.uniqueArray(write, { minLength: 1, maxLength: 4, selector: keyOf });
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: write.map((one): Step => ({ does: 'write', write: one })) },
  { weight: 2, arbitrary: several.map((writes): Step => ({ does: 'transact', writes })) },
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
  { weight: 2, arbitrary: key.map((ofKey): Step => ({ does: 'get', key: ofKey })) },
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
