import type { IndexStatus, UpdateTableInput, UpdateTableOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { fillIndex } from '../items/index-entries.ts';
import { changeStream } from '../streams/stream-switch.ts';
import { changedDefinition } from './changed-definition.ts';
import { leaveEntries } from './leftovers.ts';
import type { Table } from './table-definition.ts';
import { contentsOf } from './table-contents.ts';
import { describe } from './table-description.ts';
import { tableNameOf } from './table-name.ts';
import { lockTable } from './table-locks.ts';
import { tableChange, tableNotFound, type Tx, updateTableRow } from './table-rows.ts';
import { refuseUnbuilt } from './unbuilt-settings.ts';

/** What was changed holds when this is answered, new indexes with all that is in the table. */
export function updateTable(
  deps: DynamodbDependencies,
): OperationHandler<UpdateTableInput, UpdateTableOutput> {
  return async (input, context) => {
    refuseUnbuilt(input);
    const name = tableNameOf(input.TableName, context);
    const answer = await deps.store.write(async (tx, announce) => {
      const before = await lockTable(tx, deps.store.engine, name);
      if (before === undefined) throw tableNotFound(name.name);
      const nowMs = deps.clock.now();
      const after: Table = { ...before, definition: changedDefinition(before.definition, input, nowMs) };
      await changeIndexes(tx, before, after);
      await updateTableRow(tx, after);
      await changeStream(tx, before.definition, after, nowMs);
      announce(tableChange(name, after));
      const moment = { status: 'UPDATING' as const, nowMs, indexes: indexStates(before, after) };
      return { after, description: describe(after, moment, await contentsOf(tx, after)) };
    });
    deps.limits.follow(answer.after);
    // Whoever waits for records of a stream hears that it has ended.
    deps.tails.wakeAll();
    deps.expiry.soon();
    return { TableDescription: answer.description };
  };
}

function indexStates(before: Table, after: Table): Record<string, IndexStatus> {
  const known = new Map(before.definition.indexes.map((index) => [index.id, index]));
  const changed = after.definition.indexes.filter((index) => known.get(index.id) !== index);
  return Object.fromEntries(changed.map(({ id, name }) => [name, known.has(id) ? 'UPDATING' : 'CREATING']));
}

async function changeIndexes(tx: Tx, before: Table, after: Table): Promise<void> {
  const kept = new Set(after.definition.indexes.map(({ id }) => id));
  const known = new Set(before.definition.indexes.map(({ id }) => id));
  for (const { id } of before.definition.indexes) if (!kept.has(id)) await leaveEntries(tx, id);
  for (const index of after.definition.indexes) if (!known.has(index.id)) await fillIndex(tx, after, index);
}
