import type { BatchStatementRequest } from '@aws-sdk/client-dynamodb';
import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { readUnits, type Usage, writeUsage } from '../items/consumed-capacity.ts';
import { type ItemPlace, placeName, readItems } from '../items/item-rows.ts';
import type { ItemWrite } from '../items/write-decisions.ts';
import { tableNameOf } from '../tables/table-name.ts';
import type { Item } from '../values/attribute-value.ts';
import { itemSize } from '../values/item-size.ts';
import { attempt } from './attempt.ts';
import { pinnedRead } from './pinned-read.ts';
import type { BoundStatement } from './read-statement.ts';
import { noKey, statementWrite, type StatementWrite } from './statement-writes.ts';

/** A statement that is ready to be run. */
export type BatchMember = BatchRead | BatchWrite;

interface BatchRead {
  readonly type: 'read';
  readonly place: ItemPlace;
  readonly show: (item: Item) => Item;
  readonly isConsistent: boolean | undefined;
}

interface BatchWrite {
  readonly type: 'write';
  readonly place: ItemWrite;
  readonly returned: StatementWrite['returned'];
}

/** What became of a statement. */
export interface Done {
  readonly usage: Usage;
  readonly item: Item | undefined;
}

/** Throws what is wrong with the statement, or with what it names. */
export async function batchMember(
  deps: DynamodbDependencies,
  { statement, values }: BoundStatement,
  request: BatchStatementRequest | undefined,
  context: RequestContext,
): Promise<BatchMember> {
  if (statement.type === 'exists') {
    throw validation('EXISTS can only be used in ExecuteTransaction write requests.');
  }
  const table = await deps.tables.get(tableNameOf(statement.from.table, context));
  if (statement.type === 'select') {
    const { place, show } = pinnedRead(statement, values, table, notPinned());
    return { type: 'read', place: place(), show, isConsistent: request?.ConsistentRead };
  }
  const onFailure = request?.ReturnValuesOnConditionCheckFailure;
  const { write, returned } = statementWrite(statement, values, table, onFailure);
  return { type: 'write', place: write(noKey()), returned };
}

function notPinned(): ServiceError {
  return validation(
    'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
  );
}

/** Runs what is ready, each by itself; what is not stays the error it is. */
export async function runMembers(
  deps: DynamodbDependencies,
  members: readonly (BatchMember | ServiceError)[],
): Promise<readonly (Done | ServiceError)[]> {
  const reads = members.flatMap((member) =>
    'type' in member && member.type === 'read' ? [member.place] : [],
  );
  const stored = reads.length === 0 ? new Map<string, Item>() : await readItems(deps.store.db, reads);
  // Writes are asked for in the order in which they are given.
  return await Promise.all(
    members.map(async (member) => {
      if (member instanceof ServiceError) return member;
      return await attempt(() =>
        member.type === 'read' ? readDone(deps, member, stored) : writeDone(deps, member),
      );
    }),
  );
}

function readDone(
  { limits }: DynamodbDependencies,
  { place, show, isConsistent }: BatchRead,
  stored: ReadonlyMap<string, Item>,
): Done {
  const { table } = place;
  limits.admitRead(table);
  const item = stored.get(placeName(place));
  const units = readUnits(item === undefined ? 0 : itemSize(item), isConsistent);
  limits.countRead(table, undefined, units);
  return { usage: { table, units, indexes: {} }, item: item && show(item) };
}

async function writeDone(deps: DynamodbDependencies, { place, returned }: BatchWrite): Promise<Done> {
  const written = await deps.items.write(place);
  return { usage: writeUsage({ table: place.table, ...written }), item: returned(written) };
}
