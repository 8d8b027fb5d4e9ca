import type { FileHandle } from 'node:fs/promises';
import type { ObjectFiles } from '../../../store/object-files.ts';

/** Both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A piece of a file, both ends included. */
interface Segment extends ByteRange {
  readonly fileId: string;
}

const READ_BYTES = 256 * 1024;

/** The pieces of files that make up a range of a content. */
export function segmentsOf(
  contentId: string,
  size: number,
  parts: readonly { readonly file_id: string; readonly size: number }[],
  range: ByteRange,
): Segment[] {
  const files = parts.length === 0 ? [{ file_id: contentId, size }] : parts;
  const segments: Segment[] = [];
  let begin = 0;
  for (const file of files) {
    const start = Math.max(range.start - begin, 0);
    const end = Math.min(range.end - begin, file.size - 1);
    if (start <= end) segments.push({ fileId: file.file_id, start, end });
    begin += file.size;
  }
  return segments;
}

/**
 * Reads pieces of files one after the other, one read ahead of whoever consumes them.
 * @param first the first one's file, which is closed here
 * @param release called when nothing more will be read
 */
export async function* readSegments(
  files: ObjectFiles,
  segments: readonly Segment[],
  first: FileHandle,
  release: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let handle: FileHandle | undefined = first;
  try {
    for (const segment of segments) {
      handle ??= await files.open(segment.fileId);
      yield* readSegment(handle, segment);
      await handle.close();
      handle = undefined;
    }
  } finally {
    release();
    await handle?.close();
  }
}

async function* readSegment(handle: FileHandle, { fileId, start, end }: Segment): AsyncGenerator<Uint8Array> {
  let at = start;
  let reading = read(handle, at, end);
  while (at <= end) {
    const bytes = await reading;
    if (bytes.byteLength === 0) throw new Error(`The file ${fileId} of an object is shorter than it was.`);
    at += bytes.byteLength;
    reading = read(handle, at, end);
    // When nobody comes back for it.
    reading.catch(() => {});
    yield bytes;
  }
}

async function read(handle: FileHandle, at: number, end: number): Promise<Uint8Array> {
  const length = Math.min(READ_BYTES, end - at + 1);
  if (length <= 0) return new Uint8Array();
  const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
