import type { AttributeDefinition, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { invalidParameter, validation } from '../dynamodb-errors.ts';
import type { KeySchema, KeyType } from './table-definition.ts';

/** Types of attributes by name. Throws ValidationException. */
export function attributeTypes(
  definitions: readonly AttributeDefinition[] | undefined,
): Record<string, KeyType> {
  const types: Record<string, KeyType> = {};
  for (const { AttributeName: name = '', AttributeType: type } of definitions ?? []) {
    if (types[name] !== undefined) {
      throw validation('Cannot have more than one AttributeDefinition for the same attribute');
    }
    types[name] = type as KeyType;
  }
  return types;
}

/** Throws ValidationException for what is no key, or is of attributes that are not defined. */
export function keySchema(
  elements: readonly KeySchemaElement[] | undefined,
  types: Readonly<Record<string, KeyType>>,
  indexName?: string,
): KeySchema {
  const given = elements ?? [];
  const [first, second] = given;
  const where = indexName === undefined ? '' : ` for index: ${indexName}`;
  if (first?.AttributeName === undefined) {
    throw validation(
      "1 validation error detected: Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
    );
  }
  if (given.length > 2) throw tooMany(given, indexName);
  if (first.KeyType !== 'HASH') {
    throw invalidParameter(`Invalid KeySchema${where}: The first KeySchemaElement is not a HASH key type`);
  }
  if (second !== undefined && second.KeyType !== 'RANGE') {
    throw invalidParameter(`Invalid KeySchema${where}: The second KeySchemaElement is not a RANGE key type`);
  }
  if (second?.AttributeName === first.AttributeName) {
    throw invalidParameter(
      `Invalid KeySchema${where}: Both the Hash Key and the Range Key element in the KeySchema have the same name`,
    );
  }
  const key =
    second?.AttributeName === undefined
      ? { hash: first.AttributeName }
      : { hash: first.AttributeName, range: second.AttributeName };
  checkDefined(key, types);
  return key;
}

/** AWS has indexes of several attributes for each part of their key; here there is one. */
function tooMany(elements: readonly KeySchemaElement[], indexName: string | undefined): Error {
  if (indexName !== undefined) {
    return invalidParameter(
      `Keys of several attributes are not implemented by Lambent yet: index ${indexName} can have one HASH and one RANGE`,
    );
  }
  const shown = elements.map(
    ({ AttributeName, KeyType }) => `KeySchemaElement(attributeName=${AttributeName}, keyType=${KeyType})`,
  );
  return validation(
    `1 validation error detected: Value '[${shown.join(', ')}]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2`,
  );
}

/** Throws ValidationException for a definition that no key needs. */
export function checkAllNeeded(types: Readonly<Record<string, KeyType>>, keys: readonly KeySchema[]): void {
  const needed = new Set(keys.flatMap(({ hash, range }) => (range === undefined ? [hash] : [hash, range])));
  const names = Object.keys(types);
  if (names.every((name) => needed.has(name))) return;
  throw invalidParameter(
    `Some AttributeDefinitions are not used. AttributeDefinitions: [${names.join(', ')}], keys used: [${[...needed].join(', ')}]`,
  );
}

function checkDefined({ hash, range }: KeySchema, types: Readonly<Record<string, KeyType>>): void {
  const names = range === undefined ? [hash] : [hash, range];
  if (names.every((name) => types[name] !== undefined)) return;
  throw invalidParameter(
    `Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(', ')}], AttributeDefinitions: [${Object.keys(types).join(', ')}]`,
  );
}
