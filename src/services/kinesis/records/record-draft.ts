import { invalidArgument } from '../kinesis-errors.ts';
import { parseHash } from '../shards/hash-key.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { recordBytes } from './record-chunk.ts';
import type { RecordDraft } from './record-writer.ts';

interface GivenRecord {
  readonly Data: Uint8Array | undefined;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
}

/** @throws InvalidArgumentException for a record that the stream cannot take */
export function draftRecord({ definition }: StoredStream, given: GivenRecord): RecordDraft {
  const { Data: data = new Uint8Array(), PartitionKey: partitionKey, ExplicitHashKey: explicit } = given;
  if (partitionKey === undefined && definition.distribution !== 'AUTO')
    throw invalidArgument(
      'PartitionKey must be provided, unless the stream distributes its records by itself.',
    );
  const hash = explicit === undefined ? undefined : parseHash(explicit);
  if (explicit !== undefined && hash === undefined)
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
    );
  const draft = { partitionKey: partitionKey ?? '', data, hash };
  const mostBytes = definition.maxRecordKiB * 1024;
  if (recordBytes(draft) > mostBytes)
    throw invalidArgument(
      `The record is of ${recordBytes(draft)} bytes with its partition key. The largest record of this stream has ${mostBytes} bytes.`,
    );
  return draft;
}
