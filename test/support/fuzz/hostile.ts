import * as fc from 'fast-check';

type Json = Record<string, unknown>;

/** Texts that have broken somebody's parser before. */
const TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../../_lambent/reset',
  '/',
  '%2F',
  '%00',
  '\u0000',
  '\r\nX-Injected: 1',
  '\ud800',
  '\u202e\u200b\ufeff',
  'é日🎉',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  '9'.repeat(40),
  '-1',
  '0x10',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  "'; drop table lambda_functions; --",
  '%s%n',
  '${jndi:x}',
  '*',
  ':',
  '::::::::',
  'arn:',
  'arn:aws:lambda:::function:',
  'arn:aws:lambda:us-east-1:000000000000:function:',
  '$LATEST',
  '@long:300@',
  '@long:70000@',
];

/** Values of the wrong kind; `@raw:...@` stands in the JSON as it is, without its quotes. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2_147_483_648,
  '@raw:-9007199254740993@',
  '@raw:1e999@',
  '@raw:-1e999@',
  '@raw:123456789012345678901234567890@',
  '@raw:NaN@',
  '@raw:-@',
  '@raw:"\\ud800"@',
  '@raw:{"__proto__":{"a":1}}@',
  '@deep:50@',
  '@deep:20000@',
  [],
  [null],
  [[]],
  ['a', 1, {}],
  {},
  { a: null },
  { constructor: { prototype: 1 } },
];

export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);

const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...VALUES),
  hostileTexts,
  fc.jsonValue({ maxDepth: 3 }),
);

interface Corruption {
  /** Which place in the tree, taken modulo the number of places. */
  readonly place: number;
  readonly kind: 'replace' | 'remove' | 'wrap' | 'add';
  readonly value: unknown;
}

export const corruptions: fc.Arbitrary<Corruption> = fc.record({
  place: fc.nat({ max: 1000 }),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'wrap', 'add'),
  value: hostileValues,
});

/** @param names members that may be set though they are absent */
export function corrupt(body: Json, names: readonly string[], corruption: Corruption): Json {
  const copy = structuredClone(body);
  const places = placesIn(copy);
  for (const name of names) if (!(name in copy)) places.push([copy, name]);
  const found = places[corruption.place % Math.max(1, places.length)];
  if (found === undefined) return copy;
  const [parent, key] = found;
  if (corruption.kind === 'remove') delete parent[key];
  else if (corruption.kind === 'wrap') parent[key] = [parent[key] ?? null];
  else if (corruption.kind === 'add') parent[`${key} `] = corruption.value;
  else parent[key] = corruption.value;
  return copy;
}

function placesIn(value: unknown): [Json, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Json;
  return Object.keys(parent).flatMap((key) => [
    [parent, key] satisfies [Json, string],
    ...placesIn(parent[key]),
  ]);
}

/** What may be wrong with a request besides its values. */
export const WIRE_TRICKS = [
  'none',
  'none',
  'none',
  'none',
  'empty-body',
  'cut-body',
  'no-json',
  'other-json',
  'bad-utf-8',
  'byte-order-mark',
  'content-type',
  'no-content-type',
  'content-encoding',
  'repeated-query',
  'unknown-query',
  'raw-label',
  'more-slashes',
  'other-method',
  'chunked',
] as const;

export type WireTrick = (typeof WIRE_TRICKS)[number];

/** Put into the path as they are. */
export const RAW_LABELS = [
  '%',
  '%2',
  '%zz',
  '%00',
  '%2F',
  '%2e%2e',
  '%2e%2e%2f_lambent%2freset',
  '..',
  '%ff%fe',
  '%C3%28',
  '%ED%A0%80',
  'a%2Fb%3Fc%23d',
  '+',
  ';x=1',
  '%25252f',
  '*',
];
