import { type AttributeValue, emptyItem, type Item } from './attribute-value.ts';

/*
 * Items as they are stored: JSON of the API's own form, binary values in base64. Every name of the text is that of an
 * attribute or of a type, so nothing has to be told apart.
 */

/** An item is written to its table, and perhaps to a stream. */
const known = new WeakMap<Item, string>();

export function itemText(item: Item): string {
  const before = known.get(item);
  if (before !== undefined) return before;
  const text = JSON.stringify(writableMap(item));
  known.set(item, text);
  return text;
}

export function itemOf(text: string): Item {
  return itemFrom(JSON.parse(text));
}

/** @param written what the text of an item says */
export function itemFrom(written: unknown): Item {
  return readMap(written as Record<string, Record<string, unknown>>);
}

function writableMap(item: Item): Record<string, unknown> {
  const written: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) written[name] = writable(value);
  }
  return written;
}

function writable(value: AttributeValue): unknown {
  if ('B' in value) return { B: base64(value.B) };
  if ('BS' in value) return { BS: value.BS.map(base64) };
  if ('M' in value) return { M: writableMap(value.M) };
  if ('L' in value) return { L: value.L.map(writable) };
  return value;
}

function readMap(written: Record<string, Record<string, unknown>>): Item {
  const item = emptyItem();
  for (const name of Object.keys(written)) item[name] = readValue(written[name] ?? {});
  return item;
}

function readValue(written: Record<string, unknown>): AttributeValue {
  if ('B' in written) return { B: bytes(String(written['B'])) };
  if ('BS' in written) return { BS: (written['BS'] as string[]).map(bytes) };
  if ('M' in written) return { M: readMap(written['M'] as Record<string, Record<string, unknown>>) };
  if ('L' in written) return { L: (written['L'] as Record<string, unknown>[]).map(readValue) };
  return written as AttributeValue;
}

function base64(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
