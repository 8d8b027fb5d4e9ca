import { RowDirectory } from '../../../store/row-directory.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredStream } from './stored-stream.ts';
import { streamArn, type StreamName } from './stream-name.ts';
import { findStream } from './stream-rows.ts';

/** Streams with their shards, so that no record asks the database where it belongs. */
export type StreamDirectory = RowDirectory<StreamName, StoredStream>;

export function streamDirectory(store: Store): StreamDirectory {
  return new RowDirectory({ store, kind: 'kinesis-stream', keyOf: streamArn, find: findStream });
}
