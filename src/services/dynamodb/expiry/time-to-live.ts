import type {
  DescribeTimeToLiveInput,
  DescribeTimeToLiveOutput,
  UpdateTimeToLiveInput,
  UpdateTimeToLiveOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { Table } from '../tables/table-definition.ts';
import { lockTable } from '../tables/table-locks.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { tableChange, tableNotFound, updateTableRow } from '../tables/table-rows.ts';
import { markExpiries } from './expiry-rows.ts';

/** Between two changes of one table. */
const HOUR_MS = 3_600_000;

/** Holds when this is answered. What has expired is deleted as soon as the platform's clock says so. */
export function updateTimeToLive(
  deps: DynamodbDependencies,
): OperationHandler<UpdateTimeToLiveInput, UpdateTimeToLiveOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const { Enabled = false, AttributeName: attribute = '' } = input.TimeToLiveSpecification ?? {};
    await deps.store.write(async (tx, announce) => {
      const table = await lockTable(tx, deps.store.engine, name);
      if (table === undefined) throw tableNotFound(name.name);
      const after = switched(table, Enabled, attribute, deps.clock.now());
      await updateTableRow(tx, after);
      await markExpiries(tx, after);
      announce(tableChange(name, after));
    });
    deps.expiry.soon();
    return { TimeToLiveSpecification: { Enabled, AttributeName: attribute } };
  };
}

function switched(table: Table, isOn: boolean, attribute: string, nowMs: number): Table {
  const { timeToLive: before, ...others } = table.definition;
  if (isOn && before !== undefined) throw validation('TimeToLive is already enabled');
  if (!isOn && before === undefined) throw validation('TimeToLive is already disabled');
  if (!isOn && before !== attribute) {
    throw validation(`TimeToLive is active on a different AttributeName: current AttributeName is ${before}`);
  }
  const { timeToLiveSetAtMs: setAtMs } = others;
  if (setAtMs !== undefined && nowMs - setAtMs < HOUR_MS) {
    throw validation('Time to live has been modified multiple times within a fixed interval');
  }
  const definition = { ...others, timeToLiveSetAtMs: nowMs };
  return { ...table, definition: isOn ? { ...definition, timeToLive: attribute } : definition };
}

export function describeTimeToLive(
  deps: DynamodbDependencies,
): OperationHandler<DescribeTimeToLiveInput, DescribeTimeToLiveOutput> {
  return async (input, context) => {
    const name = tableNameOf(input.TableName, context);
    const table = await deps.tables.find(name);
    if (table === undefined) throw tableNotFound(name.name);
    const attribute = table.definition.timeToLive;
    return {
      TimeToLiveDescription:
        attribute === undefined
          ? { TimeToLiveStatus: 'DISABLED' }
          : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute },
    };
  };
}
