import type {
  GlobalSecondaryIndexUpdate,
  UpdateTableInput,
  UpdateTableOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidParameter, validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { dropEntries, fillIndex } from '../items/index-entries.ts';
import { changeStream, switchedStream } from '../streams/stream-switch.ts';
import { checkIndexes, globalIndex } from './index-input.ts';
import { attributeTypes, checkAllNeeded } from './key-schema-input.ts';
import type { IndexDefinition, Table, TableDefinition } from './table-definition.ts';
import { contentsOf, describe } from './table-description.ts';
import { tableNameOf } from './table-name.ts';
import { findTable, tableChange, tableNotFound, type Tx, updateTableRow } from './table-rows.ts';
import { throughputOf } from './throughput.ts';
import { refuseUnbuilt, refuseUnbuiltOfIndex } from './unbuilt-settings.ts';

/** What was changed holds when this is answered, new indexes with all that is in the table. */
export function updateTable(
  deps: DynamodbDependencies,
): OperationHandler<UpdateTableInput, UpdateTableOutput> {
  return async (input, context) => {
    refuseUnbuilt(input);
    const name = tableNameOf(input.TableName, context);
    const answer = await deps.store.write(async (tx, announce) => {
      const before = await findTable(tx, name);
      if (before === undefined) throw tableNotFound(name.name);
      const nowMs = deps.clock.now();
      const after: Table = { ...before, definition: changed(before.definition, input, nowMs) };
      await changeIndexes(tx, before, after);
      await updateTableRow(tx, after);
      await changeStream(tx, before.definition, after, nowMs);
      announce(tableChange(name, after));
      const made = after.definition.indexes.filter((index) => !before.definition.indexes.includes(index));
      const status = Object.fromEntries(made.map((index) => [index.name, 'CREATING' as const]));
      return { TableDescription: describe(after, 'UPDATING', await contentsOf(tx, after), status) };
    });
    // Whoever waits for records of a stream hears that it has ended.
    deps.tails.wakeAll();
    return answer;
  };
}

function changed(before: TableDefinition, input: UpdateTableInput, nowMs: number): TableDefinition {
  const updates = input.GlobalSecondaryIndexUpdates ?? [];
  if (
    updates.length === 0 &&
    input.BillingMode === undefined &&
    input.ProvisionedThroughput === undefined &&
    input.DeletionProtectionEnabled === undefined &&
    input.TableClass === undefined &&
    input.StreamSpecification === undefined &&
    input.SSESpecification === undefined
  ) {
    throw validation(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    );
  }
  const types = { ...before.attributes, ...attributeTypes(input.AttributeDefinitions) };
  const billingMode = input.BillingMode ?? before.billingMode;
  const stream = switchedStream(before.stream, input.StreamSpecification, nowMs);
  const throughput = throughputAfter(before, input, billingMode);
  const side = { key: before.key, types, billingMode };
  const indexes = updates.reduce(
    (all, update) => updatedIndexes(all, update, side),
    before.indexes.map((index) => inMode(index, billingMode)),
  );
  checkIndexes(indexes);
  const keys = [before.key, ...indexes.map((index) => index.key)];
  const needed = new Set(keys.flatMap(({ hash, range }) => [hash, range]));
  // What only a deleted index needed is not needed any more; what this request defines has to be.
  const attributes = Object.fromEntries(Object.entries(types).filter(([name]) => needed.has(name)));
  checkAllNeeded(attributeTypes(input.AttributeDefinitions), keys);
  return {
    attributes,
    key: before.key,
    indexes,
    billingMode,
    ...(throughput !== undefined && { throughput }),
    deletionProtection: input.DeletionProtectionEnabled ?? before.deletionProtection,
    ...(stream !== undefined && { stream }),
    ...(before.timeToLive !== undefined && { timeToLive: before.timeToLive }),
  };
}

function throughputAfter(
  before: TableDefinition,
  input: UpdateTableInput,
  billingMode: TableDefinition['billingMode'],
) {
  if (input.ProvisionedThroughput !== undefined || billingMode !== before.billingMode) {
    return throughputOf(input.ProvisionedThroughput, billingMode);
  }
  return before.throughput;
}

function inMode(index: IndexDefinition, billingMode: TableDefinition['billingMode']): IndexDefinition {
  if (billingMode === 'PROVISIONED' || index.throughput === undefined) return index;
  const { throughput: _, ...others } = index;
  return others;
}

function updatedIndexes(
  indexes: readonly IndexDefinition[],
  { Create, Update, Delete }: GlobalSecondaryIndexUpdate,
  side: Parameters<typeof globalIndex>[1],
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
  refuseUnbuiltOfIndex(Update ?? {});
  if (Delete !== undefined) return indexes.filter((one) => one !== index);
  const throughput = throughputOf(Update?.ProvisionedThroughput, side.billingMode, name);
  return indexes.map((one) => (one === index && throughput ? { ...index, throughput } : one));
}

async function changeIndexes(tx: Tx, before: Table, after: Table): Promise<void> {
  const kept = new Set(after.definition.indexes.map(({ id }) => id));
  const known = new Set(before.definition.indexes.map(({ id }) => id));
  for (const { id } of before.definition.indexes) if (!kept.has(id)) await dropEntries(tx, id);
  for (const index of after.definition.indexes) if (!known.has(index.id)) await fillIndex(tx, after, index);
}
