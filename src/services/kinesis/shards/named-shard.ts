import { inUse, notFound, theStream } from '../kinesis-errors.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { readableShards } from '../streams/stored-stream.ts';
import { parseShardId, shardId, type StoredShard } from './stored-shard.ts';

/** A shard that can be read. Undefined when there is none of this name, or no longer. */
export function findShard(
  stream: StoredStream,
  id: string | undefined,
  nowMs: number,
): StoredShard | undefined {
  const number = parseShardId(id ?? '');
  return readableShards(stream, nowMs).find((shard) => shard.number === number);
}

/** A shard that can be split or merged. @throws ResourceNotFoundException, ResourceInUseException */
export function requireOpen(stream: StoredStream, id: string | undefined, nowMs: number): StoredShard {
  const { name, accountId } = stream;
  const shard = findShard(stream, id, nowMs);
  if (shard === undefined)
    throw notFound(`Could not find shard ${id} in stream ${name} under account ${accountId}.`);
  if (shard.closedAtMs !== undefined)
    throw inUse(
      `Shard ${shardId(shard)} in ${theStream(stream)} has already been merged or split, and thus is not eligible for merging or splitting.`,
    );
  return shard;
}
