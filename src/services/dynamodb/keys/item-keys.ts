import { hash as digest } from 'node:crypto';
import { invalidParameter, SchemaMismatch, validation } from '../dynamodb-errors.ts';
import type { IndexDefinition, KeySchema, KeyType, Table } from '../tables/table-definition.ts';
import { type AttributeValue, attributeOf, emptyItem, type Item, typeOf } from '../values/attribute-value.ts';
import { isScalar, type Scalar } from '../values/compare-values.ts';
import { encodeHash, encodeRange } from './key-encoding.ts';

/** Where an item stands in its table. */
export interface ItemKey {
  readonly hashKey: string;
  /** Empty where the key has one part. */
  readonly rangeKey: string;
}

const MOST_HASH_BYTES = 2_048;
const MOST_RANGE_BYTES = 1_024;

export function keyNames({ hash, range }: KeySchema): readonly string[] {
  return range === undefined ? [hash] : [hash, range];
}

/** The key of a whole item. Throws ValidationException where it has none that the table could take. */
export function keyOfItem({ definition }: Table, item: Item): ItemKey {
  for (const name of keyNames(definition.key)) {
    const value = attributeOf(item, name);
    if (value === undefined) throw misfit(`Missing the key ${name} in the item`);
    const expected = definition.attributes[name];
    if (typeOf(value) !== expected) {
      throw misfit(`Type mismatch for key ${name} expected: ${expected} actual: ${typeOf(value)}`);
    }
    checkKeyValue(name, value, name === definition.key.range);
  }
  return encodeKey(definition.key, item);
}

/** A key that a request gives, and nothing but a key. Throws ValidationException. */
export function keyOfRequest({ definition }: Table, given: Item): ItemKey {
  const names = keyNames(definition.key);
  if (!matches(names, definition.attributes, given)) {
    throw keyMismatch();
  }
  for (const name of names) {
    const value = attributeOf(given, name);
    if (value !== undefined) checkKeyValue(name, value, name === definition.key.range);
  }
  return encodeKey(definition.key, given);
}

export function keyMismatch(): SchemaMismatch {
  return new SchemaMismatch('The provided key element does not match the schema');
}

function misfit(what: string): SchemaMismatch {
  return new SchemaMismatch(`One or more parameter values were invalid: ${what}`);
}

function matches(names: readonly string[], types: Readonly<Record<string, KeyType>>, given: Item): boolean {
  if (Object.keys(given).length !== names.length) return false;
  return names.every((name) => {
    const value = attributeOf(given, name);
    return value !== undefined && typeOf(value) === types[name];
  });
}

function checkKeyValue(name: string, value: AttributeValue, isRange: boolean): void {
  if ('N' in value) return;
  const bytes = keyBytes(value);
  if (bytes === 0) {
    const kind = 'S' in value ? 'string' : 'binary';
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
  checkKeySize(bytes, isRange);
}

function keyBytes(value: AttributeValue): number {
  return 'S' in value ? Buffer.byteLength(value.S) : 'B' in value ? value.B.byteLength : 0;
}

function checkKeySize(bytes: number, isRange: boolean): void {
  if (isRange && bytes > MOST_RANGE_BYTES) {
    throw invalidParameter(
      `Aggregated size of all range keys has exceeded the size limit of ${MOST_RANGE_BYTES} bytes`,
    );
  }
  if (!isRange && bytes > MOST_HASH_BYTES) {
    // Without a space, as AWS says it.
    throw invalidParameter(`Size of hashkey has exceeded the maximum size limit of${MOST_HASH_BYTES} bytes`);
  }
}

/** Throws ValidationException where an item has an attribute of an index's key in a form the index cannot take. */
export function checkIndexKeys({ definition }: Table, item: Item): void {
  for (const { name: indexName, key } of definition.indexes) {
    for (const name of keyNames(key)) {
      const value = attributeOf(item, name);
      if (value === undefined) continue;
      const expected = definition.attributes[name];
      if (typeOf(value) !== expected) {
        throw misfit(
          `Type mismatch for Index Key ${name} Expected: ${expected} Actual: ${typeOf(value)} IndexName: ${indexName}`,
        );
      }
      checkIndexValue(indexName, name, value);
      checkKeySize(keyBytes(value), name === key.range);
    }
  }
}

function checkIndexValue(indexName: string, name: string, value: AttributeValue): void {
  const isEmpty = ('S' in value && value.S === '') || ('B' in value && value.B.byteLength === 0);
  if (!isEmpty) return;
  const kind = 'S' in value ? 'string' : 'binary';
  throw validation(
    `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${indexName}, IndexKey: ${name}`,
  );
}

/** Where an item stands in an index; undefined where it does not. */
export function indexKeyOf({ key }: IndexDefinition, item: Item): ItemKey | undefined {
  const isThere = keyNames(key).every((name) => attributeOf(item, name) !== undefined);
  return isThere ? encodeKey(key, item) : undefined;
}

/** Names an item among those of its table in few characters. */
export function itemId({ hashKey, rangeKey }: ItemKey): string {
  return digest('sha256', `${hashKey} ${rangeKey}`, 'hex').slice(0, 32);
}

/** The attributes that make up keys, of a table and perhaps of an index: what a page of results ends with. */
export function keyAttributes(item: Item, ...schemas: readonly KeySchema[]): Item {
  const key = emptyItem();
  for (const name of schemas.flatMap(keyNames)) {
    const value = attributeOf(item, name);
    if (value !== undefined) key[name] = value;
  }
  return key;
}

function encodeKey({ hash, range }: KeySchema, item: Item): ItemKey {
  const rangeKey = range === undefined ? '' : encodeRange(scalarOf(item, range));
  return { hashKey: encodeHash(scalarOf(item, hash)), rangeKey };
}

function scalarOf(item: Item, name: string): Scalar {
  const value = attributeOf(item, name);
  if (value !== undefined && isScalar(value)) return value;
  throw new TypeError(`no key attribute ${name}`);
}
