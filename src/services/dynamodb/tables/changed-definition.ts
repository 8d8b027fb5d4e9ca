import type { GlobalSecondaryIndexUpdate, UpdateTableInput } from '@aws-sdk/client-dynamodb';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidParameter, validation } from '../dynamodb-errors.ts';
import { switchedStream } from '../streams/stream-switch.ts';
import { checkIndexes, globalIndex } from './index-input.ts';
import { attributeTypes, checkAllNeeded } from './key-schema-input.ts';
import type { IndexDefinition, TableDefinition } from './table-definition.ts';
import { changedThroughput, mostOnDemand, throughputOf } from './throughput.ts';
import { refuseUnbuiltOfIndex } from './unbuilt-settings.ts';

/** What an index is made or changed in. */
type Side = Parameters<typeof globalIndex>[1] & { readonly nowMs: number };

/** A table as UpdateTable makes it. Throws ValidationException and what else is wrong with the request. */
export function changedDefinition(
  before: TableDefinition,
  input: UpdateTableInput,
  nowMs: number,
): TableDefinition {
  checkAsksForSomething(input);
  const given = attributeTypes(input.AttributeDefinitions);
  checkNotRedefined(before, given);
  const types = { ...before.attributes, ...given };
  const billingMode = input.BillingMode ?? before.billingMode;
  const stream = switchedStream(before.stream, input.StreamSpecification, nowMs);
  const throughput = throughputAfter(before, input, nowMs);
  const most = mostOnDemand(before.mostOnDemand, input.OnDemandThroughput, billingMode);
  const indexes = indexesAfter(before, input.GlobalSecondaryIndexUpdates ?? [], {
    key: before.key,
    types,
    billingMode,
    nowMs,
  });
  const keys = [before.key, ...indexes.map((index) => index.key)];
  const needed = new Set(keys.flatMap(({ hash, range }) => [hash, range]));
  // What only a deleted index needed is not needed any more; what this request defines has to be.
  const attributes = Object.fromEntries(Object.entries(types).filter(([name]) => needed.has(name)));
  checkAllNeeded(given, keys);
  const { throughput: _, mostOnDemand: __, stream: ___, ...kept } = before;
  return {
    ...kept,
    attributes,
    indexes,
    billingMode,
    ...(throughput !== undefined && { throughput }),
    ...(most !== undefined && { mostOnDemand: most }),
    ...(billingMode === 'PAY_PER_REQUEST' &&
      before.billingMode === 'PROVISIONED' && { onDemandSinceMs: nowMs }),
    deletionProtection: input.DeletionProtectionEnabled ?? before.deletionProtection,
    ...(input.TableClass !== undefined && { tableClass: input.TableClass }),
    ...(stream !== undefined && { stream }),
  };
}

function checkAsksForSomething(input: UpdateTableInput): void {
  const { TableName: _, AttributeDefinitions: __, GlobalSecondaryIndexUpdates: updates, ...settings } = input;
  if ((updates?.length ?? 0) > 0 || Object.values(settings).some((value) => value !== undefined)) return;
  throw validation(
    'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
  );
}

/** What an attribute is called cannot come to mean another type. */
function checkNotRedefined(before: TableDefinition, given: TableDefinition['attributes']): void {
  const isSame = Object.entries(given).every(([name, type]) => {
    const known = before.attributes[name];
    return known === undefined || known === type;
  });
  if (isSame) return;
  throw invalidParameter(
    'Attributes cannot be redefined. Please check that your attribute has the same type as previously defined.',
  );
}

function throughputAfter(before: TableDefinition, input: UpdateTableInput, nowMs: number) {
  const billingMode = input.BillingMode ?? before.billingMode;
  if (input.ProvisionedThroughput === undefined && billingMode === before.billingMode)
    return before.throughput;
  const wanted = throughputOf(input.ProvisionedThroughput, billingMode);
  return wanted && changedThroughput(before.throughput, wanted, nowMs);
}

function indexesAfter(
  before: TableDefinition,
  updates: readonly GlobalSecondaryIndexUpdate[],
  side: Side,
): IndexDefinition[] {
  if (updates.filter(({ Update }) => Update === undefined).length > 1) {
    throw new ServiceError(
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  const kept = before.indexes.map((index) => (side.billingMode === before.billingMode ? index : bare(index)));
  const indexes = updates.reduce((all, update) => updatedIndexes(all, update, side), kept);
  const left = indexes.find(({ kind, throughput }) => kind === 'global' && throughput === undefined);
  if (side.billingMode === 'PROVISIONED' && left !== undefined) {
    throughputOf(undefined, 'PROVISIONED', left.name);
  }
  checkIndexes(indexes);
  return indexes;
}

/** Without what holds in one billing mode only. */
function bare(index: IndexDefinition): IndexDefinition {
  const { throughput: _, mostOnDemand: __, ...others } = index;
  return others;
}

function updatedIndexes(
  indexes: readonly IndexDefinition[],
  { Create, Update, Delete }: GlobalSecondaryIndexUpdate,
  side: Side,
): IndexDefinition[] {
  if (Create !== undefined) {
    const made = globalIndex(Create, side);
    if (indexes.some(({ name }) => name === made.name)) {
      throw invalidParameter(`Attempting to create an index which already exists: ${made.name}`);
    }
    return [...indexes, made];
  }
  const name = Update?.IndexName ?? Delete?.IndexName ?? '';
  const index = indexes.find((one) => one.kind === 'global' && one.name === name);
  if (index === undefined) {
    throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
  }
  if (Delete !== undefined) return indexes.filter((one) => one !== index);
  return indexes.map((one) => (one === index ? updatedIndex(index, Update ?? {}, side) : one));
}

function updatedIndex(
  index: IndexDefinition,
  update: Partial<NonNullable<GlobalSecondaryIndexUpdate['Update']>>,
  { billingMode, nowMs }: Side,
): IndexDefinition {
  refuseUnbuiltOfIndex(update);
  const most = mostOnDemand(index.mostOnDemand, update.OnDemandThroughput, billingMode);
  const isOnlyBounded = update.ProvisionedThroughput === undefined && billingMode === 'PAY_PER_REQUEST';
  const wanted = isOnlyBounded
    ? undefined
    : throughputOf(update.ProvisionedThroughput, billingMode, index.name);
  const throughput = wanted && changedThroughput(index.throughput, wanted, nowMs, index.name);
  return {
    ...bare(index),
    ...(throughput !== undefined && { throughput }),
    ...(most !== undefined && { mostOnDemand: most }),
  };
}
