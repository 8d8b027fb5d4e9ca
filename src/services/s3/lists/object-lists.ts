import type {
  GetObjectAclOutput,
  GetObjectAclRequest,
  PutObjectAclOutput,
  PutObjectAclRequest,
} from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { canonicalUserId } from '../buckets/stored-bucket.ts';
import { originOf } from '../objects/event-origin.ts';
import { findVersion, lockKey } from '../objects/object-rows.ts';
import { findPresent } from '../objects/readable-version.ts';
import { changeObjects } from '../objects/write-version.ts';
import { admitToObject } from '../permissions/object-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { noSuchKey } from '../s3-errors.ts';
import { givenList, listKeys, namesList } from './given-list.ts';
import { isOwnersOnly, shownList } from './grants.ts';
import { checkPublic, listsNotSupported } from './list-refusals.ts';
import { objectAccess } from './object-owner.ts';
import { hasLists } from './ownership.ts';

export function getObjectAcl(
  deps: S3Dependencies,
): OperationHandler<GetObjectAclRequest, GetObjectAclOutput> {
  return async (input, context) => {
    const bucket = await admitToObject(deps, input, context, actionOf('Get', input));
    const { ownerId, grants } = objectAccess(bucket, await findPresent(deps, bucket, input, context));
    return shownList(ownerId, grants);
  };
}

export function putObjectAcl(
  deps: S3Dependencies,
): OperationHandler<PutObjectAclRequest, PutObjectAclOutput> {
  return async (input, context) => {
    const action = actionOf('Put', input);
    const bucket = await admitToObject(deps, input, context, action, listKeys(input));
    const object = await findPresent(deps, bucket, input, context);
    if (!hasLists(bucket)) {
      if (namesList(input) && input.ACL === 'bucket-owner-full-control') return {};
      throw listsNotSupported();
    }
    const { ownerId } = objectAccess(bucket, object);
    const bucketOwnerId = canonicalUserId(bucket.accountId);
    const grants = givenList(input, { ownerId, bucketOwnerId });
    checkPublic(grants, bucket, action, context, object.key);
    const isPlain = ownerId === bucketOwnerId && grants.length > 0 && isOwnersOnly(grants, ownerId);
    const access = isPlain ? undefined : { ownerId, grants };
    await changeObjects(deps, async (tx, aftermath) => {
      await lockKey(deps.store, tx, object);
      const present = await findVersion(tx, object, object.versionId);
      if (present?.sequence !== object.sequence) throw noSuchKey(object.key);
      const { access: _, ...details } = present.details;
      await tx
        .updateTable('s3_objects')
        .set({ details: JSON.stringify({ ...details, access }) })
        .where('bucket', '=', bucket.name)
        .where('key', '=', object.key)
        .where('sequence', '=', object.sequence)
        .execute();
      const timeMs = deps.clock.now();
      const { key, versionId, size, etag } = object;
      const sequence = deps.sequences.next(timeMs, object.sequence);
      const event = { name: 'ObjectAcl:Put', bucket, key, versionId, size, etag, sequence, timeMs } as const;
      await deps.events.accept(tx, [{ ...event, origin: originOf(context) }], aftermath);
    });
    return {};
  };
}

function actionOf(verb: string, { VersionId }: GetObjectAclRequest): string {
  return VersionId === undefined ? `${verb}ObjectAcl` : `${verb}ObjectVersionAcl`;
}
