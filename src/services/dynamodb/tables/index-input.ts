import { randomUUID } from 'node:crypto';
import type { GlobalSecondaryIndex, LocalSecondaryIndex, Projection } from '@aws-sdk/client-dynamodb';
import { invalidParameter, validation } from '../dynamodb-errors.ts';
import { keySchema } from './key-schema-input.ts';
import type { IndexDefinition, KeySchema, KeyType } from './table-definition.ts';
import { refuseUnbuiltOfIndex } from './unbuilt-settings.ts';
import { mostOnDemand, throughputOf } from './throughput.ts';

const MOST_LOCAL = 5;
const MOST_GLOBAL = 20;
const MOST_PROJECTED = 100;

interface TableSide {
  readonly key: KeySchema;
  readonly types: Readonly<Record<string, KeyType>>;
  readonly billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
}

/** The indexes of a new table. Throws ValidationException. */
export function indexesOf(
  local: readonly LocalSecondaryIndex[] | undefined,
  global: readonly GlobalSecondaryIndex[] | undefined,
  table: TableSide,
): IndexDefinition[] {
  if (local?.length === 0) throw invalidParameter('List of LocalSecondaryIndexes is empty');
  if (global?.length === 0) throw invalidParameter('List of GlobalSecondaryIndexes is empty');
  const indexes = [
    ...(local ?? []).map((index) => localIndex(index, table)),
    ...(global ?? []).map((index) => globalIndex(index, table)),
  ];
  checkIndexes(indexes);
  return indexes;
}

/** Throws ValidationException for too many of them, or two of a name. */
export function checkIndexes(indexes: readonly IndexDefinition[]): void {
  const names = indexes.map(({ name }) => name);
  const duplicate = names.find((name, at) => names.indexOf(name) !== at);
  if (duplicate !== undefined) throw invalidParameter(`Duplicate index name: ${duplicate}`);
  const count = (kind: IndexDefinition['kind']): number =>
    indexes.filter((index) => index.kind === kind).length;
  if (count('local') > MOST_LOCAL) {
    throw invalidParameter(`Number of LocalSecondaryIndexes exceeds per-table limit of ${MOST_LOCAL}`);
  }
  if (count('global') > MOST_GLOBAL) {
    throw invalidParameter(`Number of GlobalSecondaryIndexes exceeds per-table limit of ${MOST_GLOBAL}`);
  }
  const projected = indexes.reduce((total, { projection }) => total + projection.attributes.length, 0);
  if (projected > MOST_PROJECTED) {
    throw invalidParameter(
      `Number of projected attributes across all indexes exceeds per-table limit of ${MOST_PROJECTED}`,
    );
  }
}

export function globalIndex(given: GlobalSecondaryIndex, { types, billingMode }: TableSide): IndexDefinition {
  refuseUnbuiltOfIndex(given);
  const name = given.IndexName ?? '';
  const throughput = throughputOf(given.ProvisionedThroughput, billingMode, name);
  const most = mostOnDemand(undefined, given.OnDemandThroughput, billingMode);
  return {
    id: randomUUID(),
    name,
    kind: 'global',
    key: keySchema(given.KeySchema, types, name),
    projection: projectionOf(given.Projection),
    ...(throughput !== undefined && { throughput }),
    ...(most !== undefined && { mostOnDemand: most }),
  };
}

function localIndex(given: LocalSecondaryIndex, table: TableSide): IndexDefinition {
  const name = given.IndexName ?? '';
  const key = keySchema(given.KeySchema, table.types, name);
  if (table.key.range === undefined) {
    throw invalidParameter(
      'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    );
  }
  if (key.hash !== table.key.hash) {
    throw invalidParameter(
      `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${name}. index hash key: ${key.hash}, table hash key: ${table.key.hash}`,
    );
  }
  if (key.range === undefined) {
    throw invalidParameter(`Index KeySchema does not have a range key for index: ${name}`);
  }
  return { id: randomUUID(), name, kind: 'local', key, projection: projectionOf(given.Projection) };
}

function projectionOf(given: Projection | undefined): IndexDefinition['projection'] {
  const type = given?.ProjectionType;
  const attributes = given?.NonKeyAttributes;
  if (type === undefined) throw invalidParameter('Unknown ProjectionType: null');
  if (type === 'INCLUDE' && attributes === undefined) {
    throw invalidParameter('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  }
  if (type !== 'INCLUDE' && attributes !== undefined) {
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  }
  if (attributes !== undefined && new Set(attributes).size < attributes.length) {
    throw validation(
      'One or more parameter values were invalid: Duplicate value in list of NonKeyAttributes',
    );
  }
  return { type, attributes: attributes ?? [] };
}
