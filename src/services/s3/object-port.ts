import { randomUUID } from 'node:crypto';
import type {
  ObjectActor,
  ObjectCaller,
  ObjectName,
  ObjectReader,
  ObjectWriter,
  OpenedObject,
  WrittenObject,
} from '../../model/object-ports.ts';
import { findBucket } from './buckets/bucket-rows.ts';
import type { StoredBucket } from './buckets/stored-bucket.ts';
import { BodyDigests } from './contents/body-digests.ts';
import { DEFAULT_ALGORITHM } from './contents/checksum-plan.ts';
import { insertContent } from './contents/content-rows.ts';
import { receiveBody } from './contents/receive-body.ts';
import { findVersion } from './objects/object-rows.ts';
import { openVersion } from './objects/open-version.ts';
import { changeObjects, writeVersion } from './objects/write-version.ts';
import { checkActor } from './permissions/bucket-access.ts';
import type { S3Dependencies } from './s3-dependencies.ts';
import { methodNotAllowed, noSuchBucket, noSuchKey, noSuchVersion } from './s3-errors.ts';

/** Reads objects for other parts of the platform, as GetObject does for clients. */
export class PlatformObjectReader implements ObjectReader {
  readonly #deps: S3Dependencies;

  constructor(deps: S3Dependencies) {
    this.#deps = deps;
  }

  async open(
    name: Parameters<ObjectReader['open']>[0],
    actor: ObjectActor | ObjectCaller,
  ): Promise<OpenedObject> {
    const { key, versionId } = name;
    const bucket = await requireBucket(this.#deps, name);
    const action = versionId === undefined ? 'GetObject' : 'GetObjectVersion';
    checkActor(this.#deps, bucket, key, actor, { action, keys: { 's3:VersionId': versionId } });
    const { version, body } = await openVersion(this.#deps, async () => {
      const object = await findVersion(this.#deps.store.db, name, versionId);
      if (object?.isDeleteMarker === true && versionId !== undefined) throw methodNotAllowed('GET');
      if (object !== undefined && !object.isDeleteMarker) return { object, range: undefined };
      throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
    });
    const { size, etag, versionId: found, details } = version.object;
    return {
      region: bucket.region,
      size,
      etag,
      versionId: found,
      contentType: details.headers.ContentType ?? 'binary/octet-stream',
      body: body instanceof Uint8Array ? once(body) : body,
    };
  }
}

/** Writes objects for other parts of the platform, as PutObject does for clients. */
export class PlatformObjectWriter implements ObjectWriter {
  readonly #deps: S3Dependencies;

  constructor(deps: S3Dependencies) {
    this.#deps = deps;
  }

  async check(name: ObjectName, actor: ObjectActor): Promise<void> {
    checkActor(this.#deps, await requireBucket(this.#deps, name), name.key, actor, { action: 'PutObject' });
  }

  async put(object: Parameters<ObjectWriter['put']>[0], actor: ObjectActor): Promise<WrittenObject> {
    const { bucket, key, body, contentType, traceHeader } = object;
    await this.check(object, actor);
    const accountId = actor.kind === 'account' ? actor.accountId : actor.sourceAccount;
    const principalId = actor.kind === 'account' ? `AWS:${accountId}` : actor.principal;
    const origin = { accountId, principalId, sourceIp: '127.0.0.1', requestId: randomUUID(), traceHeader };
    const details = {
      headers: { ContentType: contentType },
      metadata: {},
      storageClass: 'STANDARD',
      checksums: {},
      checksumType: 'FULL_OBJECT',
    } as const;
    return await receiveBody(
      this.#deps,
      { body, digests: new BodyDigests(undefined, [DEFAULT_ALGORITHM], 0) },
      async ({ contentId, size, md5, checksums }) => {
        const written = await changeObjects(this.#deps, async (tx, aftermath) => {
          if (contentId !== undefined) await insertContent(tx, contentId, size);
          const all = { ...details, checksums };
          const version = { bucket, key, etag: md5, size, contentId, details: all, tags: {} };
          return await writeVersion(
            this.#deps,
            tx,
            version,
            { event: 'ObjectCreated:Put', origin },
            aftermath,
          );
        });
        return { etag: md5, versionId: written.versionId };
      },
    );
  }
}

async function requireBucket({ store }: S3Dependencies, { bucket }: ObjectName): Promise<StoredBucket> {
  const found = await findBucket(store.db, bucket);
  if (found === undefined) throw noSuchBucket(bucket);
  return found;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
