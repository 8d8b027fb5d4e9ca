import { ServiceError } from '../../../model/service-error.ts';
import { noSuchKey, notModified, preconditionFailed } from '../s3-errors.ts';
import { notBuilt } from '../s3-errors.ts';
import type { StoredObject } from './stored-object.ts';

interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/** Whether an object is still what its reader thinks, in HTTP's order of precedence. @throws PreconditionFailed, 304 */
export function checkRead(object: StoredObject, conditions: ReadConditions): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!names(IfMatch, object)) throw preconditionFailed('If-Match');
  } else if (IfUnmodifiedSince !== undefined && object.modifiedAt > IfUnmodifiedSince) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (IfNoneMatch !== undefined) {
    if (names(IfNoneMatch, object)) throw notModified();
  } else if (IfModifiedSince !== undefined && object.modifiedAt <= IfModifiedSince) {
    throw notModified();
  }
}

interface CopyConditions {
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
}

/** The same of an object that is to be copied, where every refusal is a failed condition. @throws PreconditionFailed */
export function checkCopySource(object: StoredObject, conditions: CopyConditions): void {
  try {
    checkRead(object, {
      IfMatch: conditions.CopySourceIfMatch,
      IfNoneMatch: conditions.CopySourceIfNoneMatch,
      IfModifiedSince: conditions.CopySourceIfModifiedSince,
      IfUnmodifiedSince: conditions.CopySourceIfUnmodifiedSince,
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status !== 304)
      throw preconditionFailed(`x-amz-copy-source-${String(error.members['Condition'])}`);
    const isByTag = conditions.CopySourceIfNoneMatch !== undefined;
    throw preconditionFailed(`x-amz-copy-source-If-${isByTag ? 'None-Match' : 'Modified-Since'}`);
  }
}

export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

/**
 * What an object that is there at present has to be for a write to take place; undefined where anything will do.
 * @throws NotImplemented for conditions S3 does not know
 */
export function writeCheck(
  key: string,
  { IfMatch, IfNoneMatch }: WriteConditions,
): ((current: StoredObject | undefined) => void) | undefined {
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') {
    throw notBuilt('If-None-Match', 'another If-None-Match on writes than *: nor does S3');
  }
  if (IfMatch === undefined && IfNoneMatch === undefined) return undefined;
  return (current) => {
    if (IfNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match');
    if (IfMatch === undefined) return;
    if (current === undefined) throw noSuchKey(key);
    if (!names(IfMatch, current)) throw preconditionFailed('If-Match');
  };
}

/** Whether a list of entity tags has this object's in it. Clients send them with quotes and without. */
function names(condition: string, { etag }: StoredObject): boolean {
  return condition
    .split(',')
    .map((tag) => tag.trim().replace(/^"(.*)"$/, '$1'))
    .some((tag) => tag === '*' || tag === etag);
}
