import type { Shard } from '@aws-sdk/client-kinesis';
import type { Selectable } from 'kysely';
import type { KinesisShardTable } from '../../../store/kinesis-schema.ts';
import { decimalHash, type HashKey } from './hash-key.ts';
import { sequenceNumber } from './sequence-number.ts';

export type ShardRow = Selectable<KinesisShardTable>;

export interface StoredShard {
  readonly number: number;
  /** Inclusive. */
  readonly start: HashKey;
  readonly end: HashKey;
  readonly parent: number | undefined;
  /** The other one, of a shard that was merged from two. */
  readonly adjacentParent: number | undefined;
  readonly openedAtMs: number;
  /** Leads its sequence numbers. */
  readonly epoch: number;
  readonly closedAtMs: number | undefined;
  /** Of a closed shard: behind its last record. */
  readonly endPlace: number | undefined;
}

const PREFIX = 'shardId-';
const DIGITS = 12;

export function shardId({ number }: Pick<StoredShard, 'number'>): string {
  return PREFIX + String(number).padStart(DIGITS, '0');
}

/** Clients may write the number alone. Undefined for what names no shard. */
export function parseShardId(text: string): number | undefined {
  const [, digits] = /^(?:shardId-)?0*(\d{1,12})$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

export function storedShardOf(row: ShardRow): StoredShard {
  return {
    number: row.number,
    start: row.start_hash,
    end: row.end_hash,
    parent: row.parent ?? undefined,
    adjacentParent: row.adjacent_parent ?? undefined,
    openedAtMs: row.opened_at_ms,
    epoch: row.epoch,
    closedAtMs: row.closed_at_ms ?? undefined,
    endPlace: row.closed_at_ms === null ? undefined : row.next_place,
  };
}

/** The number of the record at a place; of place 0, the shard's own. */
export function sequenceAt({ epoch, number }: StoredShard, place: number): string {
  return sequenceNumber({ epoch, shard: number, place });
}

export function parentsOf({ parent, adjacentParent }: StoredShard): number[] {
  return [parent, adjacentParent].filter((number) => number !== undefined);
}

export function childrenOf(shards: readonly StoredShard[], { number }: StoredShard): StoredShard[] {
  return shards.filter((shard) => parentsOf(shard).includes(number));
}

/** As the API shows it. */
export function shownShard(shard: StoredShard): Shard {
  const { parent, adjacentParent, endPlace } = shard;
  return {
    ShardId: shardId(shard),
    ...(parent !== undefined && { ParentShardId: shardId({ number: parent }) }),
    ...(adjacentParent !== undefined && { AdjacentParentShardId: shardId({ number: adjacentParent }) }),
    HashKeyRange: shownRange(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceAt(shard, 0),
      ...(endPlace !== undefined && { EndingSequenceNumber: sequenceAt(shard, endPlace) }),
    },
  };
}

export function shownRange({ start, end }: StoredShard) {
  return { StartingHashKey: decimalHash(start), EndingHashKey: decimalHash(end) };
}
