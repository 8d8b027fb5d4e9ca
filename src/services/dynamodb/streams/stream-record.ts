import { createHash } from 'node:crypto';
import type { TableStream } from './table-stream.ts';
import { sequenceText } from './table-stream.ts';
import { keyAttributes } from '../keys/item-keys.ts';
import type { KeySchema, ViewType } from '../tables/table-definition.ts';
import type { Item } from '../values/attribute-value.ts';
import { areEqual } from '../values/compare-values.ts';
import { itemSize } from '../values/item-size.ts';
import { itemText } from '../values/item-text.ts';

/** Who deletes what has expired, as records name it. */
export const EXPIRY_IDENTITY = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

export interface ItemChanged {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Deleted because its time was over. */
  readonly isExpired: boolean;
}

/** A record as it is kept: all but its number and Region, items as JSON with base64. */
export interface StoredRecord {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly createdAtMs: number;
  readonly keys: unknown;
  readonly newImage?: unknown;
  readonly oldImage?: unknown;
  readonly sizeBytes: number;
  readonly isExpired?: true;
}

/** A StoredRecord as it is written, JSON. */
export interface NewRecord {
  readonly createdAtMs: number;
  readonly text: string;
}

/** What a stream shows of a change; items as JSON. */
export interface ShownChange {
  readonly eventName: StoredRecord['eventName'];
  readonly keys: string;
  readonly newImage: string | undefined;
  readonly oldImage: string | undefined;
  readonly sizeBytes: number;
}

/** Undefined for a write that left the item as it was: streams show no such write. */
export function shownChange(
  { key, viewType }: { readonly key: KeySchema; readonly viewType: ViewType },
  { before, after }: ItemChanged,
): ShownChange | undefined {
  const item = after ?? before;
  if (item === undefined) return undefined;
  if (before !== undefined && after !== undefined && areEqual({ M: before }, { M: after })) return undefined;
  const keys = keyAttributes(item, key);
  const shown = {
    newImage: viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? after : undefined,
    oldImage: viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? before : undefined,
  };
  const sizes = [keys, shown.newImage, shown.oldImage].map((image) => (image ? itemSize(image) : 0));
  return {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    keys: itemText(keys),
    newImage: shown.newImage && itemText(shown.newImage),
    oldImage: shown.oldImage && itemText(shown.oldImage),
    sizeBytes: sizes.reduce((total, size) => total + size, 0),
  };
}

/** Undefined for a write that left the item as it was. */
export function recordOf(
  view: { readonly key: KeySchema; readonly viewType: ViewType },
  change: ItemChanged,
  createdAtMs: number,
): NewRecord | undefined {
  const shown = shownChange(view, change);
  if (shown === undefined) return undefined;
  const { eventName, keys, newImage, oldImage, sizeBytes } = shown;
  const rest = {
    eventName,
    createdAtMs,
    sizeBytes,
    ...(change.isExpired && { isExpired: true as const }),
  } satisfies Partial<StoredRecord>;
  return { createdAtMs, text: withItems(rest, { keys, newImage, oldImage }) };
}

/** JSON of an object and, at its end, of items that are JSON already, large ones too. */
export function withItems(rest: object, items: Readonly<Record<string, string | undefined>>): string {
  const members = Object.entries(items).flatMap(([name, text]) =>
    text === undefined ? [] : [`"${name}":${text}`],
  );
  return `${JSON.stringify(rest).slice(0, -1)},${members.join(',')}}`;
}

/** As GetRecords and events show it; times in seconds. */
export function shownRecord(stream: TableStream, sequence: number, record: StoredRecord) {
  return {
    eventID: createHash('md5').update(`${stream.id} ${sequence}`).digest('hex'),
    eventName: record.eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: stream.table.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(record.createdAtMs / 1000),
      Keys: record.keys,
      ...(record.newImage !== undefined && { NewImage: record.newImage }),
      ...(record.oldImage !== undefined && { OldImage: record.oldImage }),
      SequenceNumber: sequenceText(sequence),
      SizeBytes: record.sizeBytes,
      StreamViewType: stream.viewType,
    },
    ...(record.isExpired === true && { userIdentity: EXPIRY_IDENTITY }),
  };
}
