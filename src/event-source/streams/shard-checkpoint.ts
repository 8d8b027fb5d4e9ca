import type { StreamPosition } from '../../model/stream-ports.ts';
import type { OpenWindow } from './tumbling-windows.ts';

/** How far lanes are, each with its share of a shard's records. */
export interface LaneProgress {
  /** Number of lanes that share the shard. */
  readonly factor: number;
  /** Of each lane, the sequence number up to which its records are done with; null: none of them. */
  readonly through: readonly (string | null)[];
}

/** All that is remembered of a shard. Plain JSON. */
export interface ShardCheckpoint {
  /** Where reading began. */
  readonly start: StreamPosition;
  /** The present lanes first, then those of earlier settings as long as they are ahead of them somewhere. */
  readonly progress: readonly LaneProgress[];
  /** Tumbling windows that are open, by lane. */
  readonly windows: readonly (OpenWindow | null)[];
  /** By lane: up to when windows are closed for good, epoch milliseconds. Not in checkpoints of earlier versions. */
  readonly closedUntilMs?: readonly number[];
  /** Everything in it is done with: its children may be read. */
  readonly hasEnded: boolean;
}

export function newCheckpoint(start: StreamPosition): ShardCheckpoint {
  return { start, progress: [], windows: [], hasEnded: false };
}

/** Not there any more, rather than not there yet: of what is there something is newer. Ids grow. */
export function isExpired(shards: readonly { readonly shardId: string }[], shardId: string): boolean {
  return (
    shards.some(({ shardId: other }) => other > shardId) &&
    !shards.some(({ shardId: other }) => other === shardId)
  );
}

/** Decimal texts as integers, whatever their length. */
export function compareSequenceNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The lane of a partition key. FNV-1a, for spread and nothing else. */
export function laneOf(partitionKey: string, factor: number): number {
  if (factor === 1) return 0;
  let hash = 0x811c9dc5;
  for (let index = 0; index < partitionKey.length; index += 1) {
    hash = Math.imul(hash ^ partitionKey.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % factor;
}

/** Whether a record was done with under any of the settings there were. */
export function isDone(
  { progress }: ShardCheckpoint,
  record: { readonly partitionKey: string; readonly sequenceNumber: string },
): boolean {
  return progress.some(({ factor, through }) => {
    const reached = through[laneOf(record.partitionKey, factor)];
    return (
      reached !== undefined && reached !== null && compareSequenceNumbers(record.sequenceNumber, reached) <= 0
    );
  });
}

/** Where to read on: after what all lanes of some setting have done. */
export function resumePosition({ start, progress }: ShardCheckpoint): StreamPosition {
  let furthest: string | undefined;
  for (const { through } of progress) {
    const reached = lowest(through);
    if (reached === undefined) continue;
    if (furthest === undefined || compareSequenceNumbers(reached, furthest) > 0) furthest = reached;
  }
  return furthest === undefined ? start : { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: furthest };
}

/** The checkpoint for so many lanes. What others have done beyond their slowest is kept until these have passed it. */
export function withLanes(checkpoint: ShardCheckpoint, factor: number): ShardCheckpoint {
  if (checkpoint.progress[0]?.factor === factor) return checkpoint;
  const position = resumePosition(checkpoint);
  const reached = position.kind === 'AFTER_SEQUENCE_NUMBER' ? position.sequenceNumber : null;
  const lanes = { factor, through: Array.from({ length: factor }, () => reached) };
  return { ...checkpoint, progress: [lanes, ...checkpoint.progress] };
}

/** The present lanes have come this far. */
export function advanced(checkpoint: ShardCheckpoint, through: LaneProgress['through']): ShardCheckpoint {
  const factor = through.length;
  const slowest = lowest(through);
  const older = checkpoint.progress.slice(1).filter(({ through: reached }) => {
    const most = highest(reached);
    return most !== undefined && (slowest === undefined || compareSequenceNumbers(most, slowest) > 0);
  });
  return { ...checkpoint, progress: [{ factor, through }, ...older] };
}

function lowest(through: LaneProgress['through']): string | undefined {
  let found: string | undefined;
  for (const reached of through) {
    if (reached === null) return undefined;
    if (found === undefined || compareSequenceNumbers(reached, found) < 0) found = reached;
  }
  return found;
}

function highest(through: LaneProgress['through']): string | undefined {
  let found: string | undefined;
  for (const reached of through) {
    if (reached !== null && (found === undefined || compareSequenceNumbers(reached, found) > 0))
      found = reached;
  }
  return found;
}
