import { createHash } from 'node:crypto';
import { canonicalUserId } from '../buckets/stored-bucket.ts';
import type { ObjectEvent } from '../object-events.ts';
import type { NotificationRule } from './notification-rules.ts';

/** Facts of an event as it waits on disk: those of the rule that wants it are added for each. */
export type EventFacts = Omit<ObjectEvent, 'bucket'> & {
  readonly bucket: {
    readonly name: string;
    readonly arn: string;
    readonly accountId: string;
    readonly region: string;
    readonly isVersioned: boolean;
  };
};

/** The families AWS gave a version of their own when they came. */
const LATER = /^(?:LifecycleExpiration|ObjectTagging|ObjectAcl):/;

/** What queues, topics and functions are sent, one record at a time. */
export function notificationEvent(facts: EventFacts, rule: Pick<NotificationRule, 'id'>): object {
  const { bucket, origin } = facts;
  const isRemoval = facts.etag === undefined;
  return {
    Records: [
      {
        eventVersion: LATER.test(facts.name) ? '2.3' : '2.1',
        eventSource: 'aws:s3',
        awsRegion: bucket.region,
        eventTime: new Date(facts.timeMs).toISOString(),
        eventName: facts.name,
        userIdentity: { principalId: origin.principalId },
        requestParameters: { sourceIPAddress: origin.sourceIp },
        responseElements: {
          'x-amz-request-id': origin.requestId,
          'x-amz-id-2': hostId(origin.requestId),
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: rule.id,
          bucket: {
            name: bucket.name,
            ownerIdentity: { principalId: canonicalUserId(bucket.accountId) },
            arn: bucket.arn,
          },
          object: {
            key: formEncoded(facts.key),
            ...(!isRemoval && { size: facts.size, eTag: facts.etag }),
            ...shownVersion(facts, 'versionId'),
            sequencer: sequencer(facts.sequence),
          },
        },
      },
    ],
  };
}

const DETAIL_TYPES: Readonly<Record<string, string>> = {
  ObjectCreated: 'Object Created',
  ObjectRemoved: 'Object Deleted',
  LifecycleExpiration: 'Object Deleted',
  'ObjectTagging:Put': 'Object Tags Added',
  'ObjectTagging:Delete': 'Object Tags Deleted',
  'ObjectAcl:Put': 'Object ACL Updated',
};

const REASONS: Readonly<Record<string, string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  ObjectRemoved: 'DeleteObject',
  LifecycleExpiration: 'Lifecycle Expiration',
};

/** The same for the event bus, which has a form of its own. */
export function busEvent(facts: EventFacts): { readonly detailType: string; readonly detail: object } {
  const { bucket, origin, name } = facts;
  const [family = ''] = name.split(':');
  const reason = REASONS[name] ?? REASONS[family];
  const isDeletion = family === 'ObjectRemoved' || family === 'LifecycleExpiration';
  return {
    detailType: DETAIL_TYPES[name] ?? DETAIL_TYPES[family] ?? family,
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object: {
        key: facts.key,
        ...(facts.size !== undefined && { size: facts.size }),
        ...(facts.etag !== undefined && { etag: facts.etag }),
        ...shownVersion(facts, 'version-id'),
        sequencer: sequencer(facts.sequence),
      },
      'request-id': origin.requestId,
      requester: origin.accountId,
      'source-ip-address': origin.sourceIp,
      ...(reason !== undefined && { reason }),
      ...(isDeletion && {
        'deletion-type': name.endsWith('DeleteMarkerCreated')
          ? 'Delete Marker Created'
          : 'Permanently Deleted',
      }),
    },
  };
}

/** Only buckets with versions speak of them. */
function shownVersion({ bucket, versionId }: EventFacts, name: string): object {
  return bucket.isVersioned ? { [name]: versionId } : {};
}

/** Of the events of a key the later one has the greater one, as text. */
export function sequencer(sequence: number): string {
  return sequence.toString(16).toUpperCase().padStart(18, '0');
}

/** As forms encode it, but for slashes. */
export function formEncoded(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

/** What AWS calls the extended request id. */
export function hostId(requestId: string): string {
  return createHash('sha512').update(requestId).digest('base64').slice(0, 76);
}
