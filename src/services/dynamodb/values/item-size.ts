import type { AttributeValue, Item } from './attribute-value.ts';

/** What a map, a list, and each value in them take beside their content. */
const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

/** Items do not change, and one request asks for an item's size over and over. */
const known = new WeakMap<Item, number>();

/** Bytes of an item as DynamoDB counts them towards 400 KB: names and values in UTF-8, numbers by digits. */
export function itemSize(item: Item): number {
  const before = known.get(item);
  if (before !== undefined) return before;
  const size = mapSize(item);
  known.set(item, size);
  return size;
}

/** An item comes from where its size is kept beside it. */
export function rememberSize(item: Item, bytes: number): Item {
  known.set(item, bytes);
  return item;
}

function mapSize(item: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

export function valueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return value.B.byteLength;
  if ('BOOL' in value || 'NULL' in value) return 1;
  if ('SS' in value) return sum(value.SS, (text) => Buffer.byteLength(text));
  if ('NS' in value) return sum(value.NS, numberSize);
  if ('BS' in value) return sum(value.BS, (bytes) => bytes.byteLength);
  if ('L' in value) return CONTAINER_BYTES + sum(value.L, (member) => valueSize(member) + ELEMENT_BYTES);
  return CONTAINER_BYTES + mapSize(value.M) + Object.keys(value.M).length * ELEMENT_BYTES;
}

/** Two digits to a byte and a byte for the exponent; another one below zero. */
function numberSize(number: string): number {
  const negative = number.startsWith('-') ? 1 : 0;
  const [whole = '', fraction = ''] = number.slice(negative).split('.');
  const digits = fraction === '' ? whole.replace(/0+$/, '') : whole.replace(/^0+/, '') + fraction;
  if (digits === '' || digits === '0') return 1;
  const pairs = Math.ceil(digits.length / 2);
  return Math.min(pairs + 1 + negative, 21);
}

function sum<T>(values: readonly T[], sizeOf: (value: T) => number): number {
  return values.reduce((total, value) => total + sizeOf(value), 0);
}
