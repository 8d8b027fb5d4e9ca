import type { ObjectFileWriter } from '../../../store/object-file-writer.ts';
import { OutcomeUnknown } from '../../../store/outcome-unknown.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import type { BodyDigests, Digests } from './body-digests.ts';

/** Bytes that are on disk and that no row names yet. */
export interface ReceivedBody extends Digests {
  /** Undefined: there were none. */
  readonly contentId: string | undefined;
  readonly size: number;
}

export interface Reception {
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  readonly digests: BodyDigests;
  /** Throws to refuse the body once all of it is there. */
  readonly check?: (received: { readonly size: number }) => void;
  /** A file is made even of nothing. */
  readonly needsFile?: boolean;
  /** What came after the body. */
  readonly trailers?: () => Readonly<Record<string, string>> | undefined;
}

/** Streams a body to disk and hands it to `accept`, which writes the rows that name it. When either is known to have failed nothing stays. */
export async function receiveBody<T>(
  { files }: Pick<S3Dependencies, 'files'>,
  { body, digests, check, trailers, needsFile = false }: Reception,
  accept: (received: ReceivedBody) => Promise<T>,
): Promise<T> {
  let writer: ObjectFileWriter | undefined;
  let hasEnded = false;
  try {
    if (needsFile) writer = await files.create();
    for await (const bytes of body instanceof Uint8Array ? [body] : body) {
      if (bytes.byteLength === 0) continue;
      const hashing = digests.update(bytes);
      if (hashing !== undefined) await hashing;
      writer ??= await files.create();
      const pending = writer.write(bytes);
      if (pending !== undefined) await pending;
    }
    const size = writer?.size ?? 0;
    check?.({ size });
    hasEnded = true;
    const received = { size, ...(await digests.finish(trailers?.())) };
    if (writer !== undefined) await files.keep(writer);
    const result = await accept({ ...received, contentId: writer?.id });
    if (writer !== undefined) void files.settle(writer.id);
    return result;
  } catch (error) {
    if (!hasEnded) digests.abandon();
    if (writer !== undefined && !(error instanceof OutcomeUnknown)) await files.abandon(writer);
    throw error;
  }
}
