import { createHash, randomUUID } from 'node:crypto';
import type { ItemKey } from '../keys/item-keys.ts';
import { EXPIRY_IDENTITY, type ItemChanged, shownChange, withItems } from '../streams/stream-record.ts';
import type { Table } from '../tables/table-definition.ts';

/** A record for a Kinesis stream. Those of one item have one partition key, so they stay in their order. */
export interface OutgoingRecord {
  readonly partitionKey: string;
  /** JSON. It names itself, so that whoever gets it twice can tell. */
  readonly text: string;
}

/** Undefined for a write that left the item as it was. */
export function outgoingRecord(
  { region, name, definition }: Table,
  key: ItemKey,
  change: ItemChanged,
  nowMs: number,
): OutgoingRecord | undefined {
  const shown = shownChange({ key: definition.key, viewType: 'NEW_AND_OLD_IMAGES' }, change);
  if (shown === undefined) return undefined;
  const isMicrosecond = definition.destination?.precision === 'MICROSECOND';
  const dynamodb = withItems(
    {
      ApproximateCreationDateTime: isMicrosecond ? nowMs * 1000 : nowMs,
      ...(isMicrosecond && { ApproximateCreationDateTimePrecision: 'MICROSECOND' }),
      SizeBytes: shown.sizeBytes,
    },
    { Keys: shown.keys, NewImage: shown.newImage, OldImage: shown.oldImage },
  );
  const rest = {
    awsRegion: region,
    eventID: randomUUID(),
    eventName: shown.eventName,
    userIdentity: change.isExpired ? EXPIRY_IDENTITY : null,
    recordFormat: 'application/json',
    tableName: name,
    eventSource: 'aws:dynamodb',
  };
  const digest = createHash('md5').update(`${key.hashKey} ${key.rangeKey}`).digest('hex');
  return { partitionKey: digest.toUpperCase(), text: withItems(rest, { dynamodb }) };
}
