import type { S3Dependencies } from '../s3-dependencies.ts';
import type { ByteRange } from '../contents/segments.ts';
import type { StoredObject } from './stored-object.ts';

/** A version and the bytes of it that were asked for. */
export interface ReadableVersion {
  readonly object: StoredObject;
  /** Undefined: all of it. */
  readonly range: ByteRange | undefined;
}

interface OpenedVersion<T> {
  readonly version: T;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

const TRIES = 5;

/** Opens what `find` finds; finds again when that has been replaced in between. */
export async function openVersion<T extends ReadableVersion>(
  { contents }: Pick<S3Dependencies, 'contents'>,
  find: () => Promise<T>,
): Promise<OpenedVersion<T>> {
  for (let attempt = 1; ; attempt += 1) {
    const version = await find();
    const { object, range = { start: 0, end: object.size - 1 } } = version;
    try {
      return { version, body: await contents.open(object, range) };
    } catch (error) {
      if (!isGone(error) || attempt === TRIES) throw error;
    }
  }
}

/** Whether a file that was to be read is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
