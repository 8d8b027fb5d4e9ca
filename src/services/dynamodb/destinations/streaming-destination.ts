import type { Precision } from '../tables/table-definition.ts';
import type { TableName } from '../tables/table-name.ts';

/** DISABLING: it takes no more records, and those it has are still delivered. */
export type DestinationStatus = 'ACTIVE' | 'DISABLING' | 'DISABLED' | 'ENABLE_FAILED';

/** A Kinesis stream that a table's changes go to, or went to, or should have gone to. */
export interface StreamingDestination {
  /** UUID */
  readonly id: string;
  readonly table: TableName;
  readonly tableId: string;
  readonly streamArn: string;
  readonly status: DestinationStatus;
  readonly description: string | undefined;
  readonly precision: Precision | undefined;
  readonly createdAtMs: number;
}

/** Something is delivered, or may come to be. */
export function isLive({ status }: Pick<StreamingDestination, 'status'>): boolean {
  return status === 'ACTIVE' || status === 'DISABLING';
}
