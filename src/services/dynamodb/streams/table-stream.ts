import { partitionOf } from '../../../model/stored-function.ts';
import type { KeySchema, ViewType } from '../tables/table-definition.ts';
import { type TableName, tableArn } from '../tables/table-name.ts';

export interface StreamDefinition {
  readonly viewType: ViewType;
  readonly key: KeySchema;
  readonly createdAtMs: number;
}

/** A stream that takes records, or did so less than a day ago. */
export interface TableStream extends StreamDefinition {
  readonly id: string;
  readonly table: TableName;
  readonly label: string;
  readonly lastSequence: number;
  readonly disabledAtMs: number | undefined;
}

/** Records are kept so long, and streams that were switched off. */
export const RETENTION_MS = 24 * 3_600_000;

const ARN = /^arn:[^:]+:dynamodb:([^:]+):(\d{12}):table\/([A-Za-z0-9_.-]{3,255})\/stream\/(.{23})$/;
/** What makes numbers as long as DynamoDB's. */
const FIRST_NUMBER = 10n ** 20n;

export function streamArn(table: TableName, label: string): string {
  return `${tableArn(table)}/stream/${label}`;
}

/** `2026-01-31T12:00:00.000` */
export function streamLabel(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, -1);
}

export function parseStreamArn(
  arn: string,
): { readonly table: TableName; readonly label: string } | undefined {
  const [, region = '', accountId = '', name = '', label = ''] = ARN.exec(arn) ?? [];
  const isOurs = name !== '' && arn.startsWith(`arn:${partitionOf(region)}:`);
  return isOurs ? { table: { accountId, region, name }, label } : undefined;
}

/** A stream has one shard. */
export function shardIdOf({ createdAtMs, id }: Pick<TableStream, 'createdAtMs' | 'id'>): string {
  return `shardId-${String(createdAtMs).padStart(20, '0')}-${id.slice(0, 8)}`;
}

export function sequenceText(sequence: number): string {
  return (FIRST_NUMBER + BigInt(sequence)).toString();
}

/** Undefined for what is no sequence number of ours. */
export function sequenceOf(text: string): number | undefined {
  if (!/^\d{21}$/.test(text)) return undefined;
  const sequence = BigInt(text) - FIRST_NUMBER;
  return sequence < 0n || sequence > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(sequence);
}
