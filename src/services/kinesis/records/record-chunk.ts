/** A record without its place. */
export interface RecordContent {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Records that are kept in one row. */
export interface RecordChunk {
  readonly records: number;
  /** Of data and partition keys. */
  readonly bytes: number;
  readonly contents: Uint8Array;
}

/** Whoever reads one record of a chunk reads the chunk. A larger record is alone in its own. */
const MOST_BYTES = 262_144;
const MOST_RECORDS = 500;
/** Length of the key in two bytes, of the data in four. */
const HEAD_BYTES = 6;

/** What counts against a shard's limits. */
export function recordBytes({ partitionKey, data }: RecordContent): number {
  return Buffer.byteLength(partitionKey) + data.byteLength;
}

/** Records in their order, in as few chunks as it takes. */
export function chunksOf(records: readonly RecordContent[]): RecordChunk[] {
  const chunks: RecordChunk[] = [];
  let first = 0;
  let bytes = 0;
  for (const [index, record] of records.entries()) {
    const size = recordBytes(record);
    if (index > first && (bytes + size > MOST_BYTES || index - first === MOST_RECORDS)) {
      chunks.push(chunkOf(records.slice(first, index), bytes));
      first = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (first < records.length) chunks.push(chunkOf(records.slice(first), bytes));
  return chunks;
}

function chunkOf(records: readonly RecordContent[], bytes: number): RecordChunk {
  // Memory of its own: what crosses to another thread crosses with all of its buffer.
  const contents = Buffer.allocUnsafeSlow(bytes + records.length * HEAD_BYTES);
  let offset = 0;
  for (const { partitionKey, data } of records) {
    const keyBytes = contents.write(partitionKey, offset + HEAD_BYTES);
    contents.writeUInt16BE(keyBytes, offset);
    contents.writeUInt32BE(data.byteLength, offset + 2);
    offset += HEAD_BYTES + keyBytes;
    contents.set(data, offset);
    offset += data.byteLength;
  }
  return { records: records.length, bytes, contents };
}

/** Data are views of the contents. @param skip so many records at the beginning are left out */
export function* recordsOf(contents: Uint8Array, skip: number): Generator<RecordContent> {
  const bytes = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
  let offset = 0;
  for (let index = 0; offset < bytes.length; index += 1) {
    const keyStart = offset + HEAD_BYTES;
    const dataStart = keyStart + bytes.readUInt16BE(offset);
    const end = dataStart + bytes.readUInt32BE(offset + 2);
    if (index >= skip) {
      yield {
        partitionKey: bytes.toString('utf8', keyStart, dataStart),
        data: bytes.subarray(dataStart, end),
      };
    }
    offset = end;
  }
}
