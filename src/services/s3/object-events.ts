import type { Transaction } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { StoredBucket } from './buckets/stored-bucket.ts';

/** Something that happened to an object, as notifications tell of it. */
export interface ObjectEvent {
  /** Without `s3:`. */
  readonly name:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Post'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectRemoved:Delete'
    | 'ObjectRemoved:DeleteMarkerCreated'
    | 'ObjectTagging:Put'
    | 'ObjectTagging:Delete'
    | 'ObjectAcl:Put'
    | 'LifecycleExpiration:Delete'
    | 'LifecycleExpiration:DeleteMarkerCreated';
  readonly bucket: StoredBucket;
  readonly key: string;
  /** `null` for what was written while versioning was not on. */
  readonly versionId: string;
  /** Absent where there is no object any more. */
  readonly size?: number;
  /** Without quotes. */
  readonly etag?: string;
  /** Orders the events of a key: greater is later. */
  readonly sequence: number;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly origin: EventOrigin;
}

/** Whose doing it was. */
export interface EventOrigin {
  readonly accountId: string;
  /** As the event's `userIdentity` has it. */
  readonly principalId: string;
  readonly sourceIp: string;
  readonly requestId: string;
  /** `X-Amzn-Trace-Id` of the request: chains of functions and buckets are counted by it. */
  readonly traceHeader?: string | undefined;
}

/** Takes events in the transaction of the change they tell of: what is accepted here comes about exactly if the change does. */
export interface ObjectEvents {
  /** @param aftermath is given what starts the deliveries, for when the change is on disk */
  accept(
    tx: Transaction<Database>,
    events: readonly ObjectEvent[],
    aftermath: { readonly begin: (() => void)[] },
  ): Promise<void>;
}
