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
const EXPIRY_IDENTITY = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

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

/** Undefined for a write that left the item as it was: streams show no such write. */
export function recordOf(
  { key, viewType }: { readonly key: KeySchema; readonly viewType: ViewType },
  { before, after, isExpired }: ItemChanged,
  createdAtMs: number,
): NewRecord | undefined {
  const item = after ?? before;
  if (item === undefined) return undefined;
  if (before !== undefined && after !== undefined && areEqual({ M: before }, { M: after })) return undefined;
  const keys = keyAttributes(item, key);
  const shown = {
    newImage: viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? after : undefined,
    oldImage: viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? before : undefined,
  };
  const sizes = [keys, shown.newImage, shown.oldImage].map((image) => (image ? itemSize(image) : 0));
  const rest = {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    createdAtMs,
    sizeBytes: sizes.reduce((total, size) => total + size, 0),
    ...(isExpired && { isExpired: true as const }),
  } satisfies Partial<StoredRecord>;
  // Items are JSON already, large ones too.
  const images = [
    `"keys":${itemText(keys)}`,
    ...(shown.newImage === undefined ? [] : [`"newImage":${itemText(shown.newImage)}`]),
    ...(shown.oldImage === undefined ? [] : [`"oldImage":${itemText(shown.oldImage)}`]),
  ];
  return { createdAtMs, text: `${JSON.stringify(rest).slice(0, -1)},${images.join(',')}}` };
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
