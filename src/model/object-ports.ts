import type { CallerIdentity } from './identity/caller-identity.ts';

/**
 * What buckets offer to the rest of the platform: services that read objects, such as code that is deployed from a
 * bucket, and services that write them. The platform wires them to its own S3; nobody needs to know that service.
 */

/** On whose behalf an object is read or written. The bucket's policy decides about everyone but its own account. */
export type ObjectActor =
  /** An account, such as that of a function. */
  | { readonly kind: 'account'; readonly accountId: string }
  /** A service of AWS, such as `logs.amazonaws.com`, for one of its resources. */
  | {
      readonly kind: 'service';
      readonly principal: string;
      readonly sourceArn: string;
      readonly sourceAccount: string;
    };

/** Who made the request that an object is read for: what it may do itself decides, and the bucket's policy. */
export interface ObjectCaller {
  readonly kind: 'caller';
  readonly caller: CallerIdentity;
  /** Condition keys of the request. */
  readonly keys: Readonly<Record<string, string | undefined>>;
}

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

export interface OpenedObject {
  /** Of its bucket. */
  readonly region: string;
  /** Bytes */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** `null` for what was written while versioning was not on. */
  readonly versionId: string;
  readonly contentType: string;
  /** To be read to its end, or returned: until then the bytes stay, whatever becomes of the object. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface ObjectReader {
  /** Throws ServiceError: NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker, AccessDenied. */
  open(
    object: ObjectName & { readonly versionId?: string | undefined },
    actor: ObjectActor | ObjectCaller,
  ): Promise<OpenedObject>;
}

export interface WrittenObject {
  readonly etag: string;
  readonly versionId: string;
}

export interface ObjectWriter {
  /** Throws as `put` does when the bucket is not there or takes nothing from this actor. */
  check(object: ObjectName, actor: ObjectActor): Promise<void>;
  /** Resolves when the object is on disk. Throws ServiceError: NoSuchBucket, AccessDenied. Any other error may pass. */
  put(
    object: ObjectName & {
      readonly body: Uint8Array;
      readonly contentType: string;
      /** `X-Amzn-Trace-Id` value, which goes on to whom the bucket tells. */
      readonly traceHeader?: string;
    },
    actor: ObjectActor,
  ): Promise<WrittenObject>;
}
