import { randomUUID } from 'node:crypto';
import type { StreamSpecification } from '@aws-sdk/client-dynamodb';
import { validation } from '../dynamodb-errors.ts';
import type { StreamSwitch, Table, TableDefinition } from '../tables/table-definition.ts';
import type { Tx } from '../tables/table-rows.ts';
import { disableStream, insertStream } from './stream-rows.ts';
import { streamLabel } from './table-stream.ts';

/** The stream a table is to have; undefined: none. Throws ValidationException. */
export function switchedStream(
  before: StreamSwitch | undefined,
  wanted: StreamSpecification | undefined,
  nowMs: number,
): StreamSwitch | undefined {
  if (wanted === undefined) return before;
  const { StreamEnabled: isOn, StreamViewType: viewType } = wanted;
  if (isOn !== true) {
    if (viewType !== undefined) {
      throw validation(
        'One or more parameter values were invalid: StreamViewType can only be specified when StreamEnabled is true',
      );
    }
    return undefined;
  }
  if (viewType === undefined) {
    throw validation(
      'One or more parameter values were invalid: StreamViewType must be specified when StreamEnabled is true',
    );
  }
  if (before !== undefined) throw validation('Table already has an enabled stream');
  return { id: randomUUID(), label: streamLabel(nowMs), viewType };
}

/** Begins and ends streams as a table's definition has changed. */
export async function changeStream(
  tx: Tx,
  before: TableDefinition | undefined,
  after: Table,
  nowMs: number,
): Promise<void> {
  const [old, now] = [before?.stream, after.definition.stream];
  if (old?.id === now?.id) return;
  if (old !== undefined) await disableStream(tx, old.id, nowMs);
  if (now === undefined) return;
  await insertStream(tx, {
    ...now,
    key: after.definition.key,
    table: after,
    createdAtMs: nowMs,
    lastSequence: 0,
    disabledAtMs: undefined,
  });
}
