import { createHash } from 'node:crypto';
import type { ObjectFileWriter } from '../../../store/object-file-writer.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';

/** Bytes that are on disk and that no row names yet. */
export interface ReceivedBody {
  /** Undefined: there were none. */
  readonly contentId: string | undefined;
  readonly size: number;
  /** Hex */
  readonly md5: string;
}

/**
 * Streams a body to disk and hands it to `accept`, which writes the rows that name it. When either fails nothing stays.
 * @param check throws to refuse the body once all of it is there
 */
export async function receiveBody<T>(
  { files }: Pick<S3Dependencies, 'files'>,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  check: (received: Omit<ReceivedBody, 'contentId'>) => void,
  accept: (received: ReceivedBody) => Promise<T>,
): Promise<T> {
  const md5 = createHash('md5');
  let writer: ObjectFileWriter | undefined;
  try {
    for await (const bytes of body instanceof Uint8Array ? [body] : body) {
      if (bytes.byteLength === 0) continue;
      md5.update(bytes);
      writer ??= await files.create();
      const pending = writer.write(bytes);
      if (pending !== undefined) await pending;
    }
    const received = { size: writer?.size ?? 0, md5: md5.digest('hex') };
    check(received);
    if (writer !== undefined) await files.keep(writer);
    const result = await accept({ ...received, contentId: writer?.id });
    if (writer !== undefined) void files.settle(writer.id);
    return result;
  } catch (error) {
    if (writer !== undefined) await files.abandon(writer);
    throw error;
  }
}
