import { promisify } from 'node:util';
import { crc32, createInflateRaw, inflateRaw } from 'node:zlib';
import type { PackedContent } from './zip-plan.ts';
import { ZipRejected } from './zip-rejected.ts';

/** Larger content is unpacked piece by piece. */
const WHOLE_BYTES = 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
/** Unpacked at a time; as many threads do the work. */
const CONCURRENCY = 4;

const inflate = promisify(inflateRaw);

/**
 * Unpacks content and hands it on in pieces, each before the next is made. What is really there is compared with
 * what was declared, so no more than the declared size is ever unpacked.
 * @throws ZipRejected `corrupt` when they differ
 */
export async function unpack(
  content: PackedContent,
  take: (piece: Uint8Array) => Promise<void> | void,
): Promise<void> {
  let bytes = 0;
  let checksum = 0;
  const check = (piece: Uint8Array): void => {
    bytes += piece.byteLength;
    if (bytes > content.size) throw corrupt(content, 'is larger than declared');
    checksum = crc32(piece, checksum);
  };
  for await (const piece of piecesOf(content)) {
    check(piece);
    await take(piece);
  }
  if (bytes !== content.size) throw corrupt(content, 'is smaller than declared');
  if (checksum !== content.crc32) throw corrupt(content, 'does not match its checksum');
}

/** Runs `task` for each item, a few at a time; the first failure ends it when those under way have ended. */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      try {
        await task(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function* piecesOf(content: PackedContent): AsyncGenerator<Uint8Array> {
  const { packed, deflated, size } = content;
  if (!deflated) {
    yield packed;
    return;
  }
  try {
    if (size <= WHOLE_BYTES) {
      yield await inflate(packed, { maxOutputLength: size + 1, chunkSize: Math.max(64, size + 1) });
      return;
    }
    const stream = createInflateRaw({ chunkSize: PIECE_BYTES });
    stream.end(packed);
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    throw corrupt(content, `cannot be unpacked: ${String(error)}`);
  }
}

function corrupt({ path }: PackedContent, why: string): ZipRejected {
  return new ZipRejected('corrupt', `The entry ${JSON.stringify(path)} ${why}.`);
}
