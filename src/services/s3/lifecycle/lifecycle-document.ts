import { randomUUID } from 'node:crypto';
import type {
  GetBucketLifecycleConfigurationOutput,
  LifecycleRule,
  PutBucketLifecycleConfigurationRequest,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidRequest, malformedXml, notBuilt } from '../s3-errors.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { required } from '../settings/bucket-setting.ts';
import { notSet } from '../settings/unset-settings.ts';
import type { RuleFilter, StoredRule } from './lifecycle-rules.ts';

const MOST_RULES = 1000;
const DAY_MS = 86_400_000;
/** Of objects that transitions would touch; clients wait until they are shown what they asked for. */
export const SMALLEST_TRANSITION = 'all_storage_classes_128K';

/** A bucket's rules as a client sends them. @throws MalformedXML, InvalidRequest, InvalidArgument, NotImplemented */
export function readLifecycle({
  LifecycleConfiguration: given,
  TransitionDefaultMinimumObjectSize: smallest = SMALLEST_TRANSITION,
}: PutBucketLifecycleConfigurationRequest): readonly StoredRule[] {
  if (smallest !== SMALLEST_TRANSITION)
    throw notBuilt('x-amz-transition-default-minimum-object-size', 'transitions to other storage classes');
  const rules = given?.Rules ?? [];
  if (rules.length === 0 || rules.length > MOST_RULES) throw malformedXml();
  const read = rules.map(readRule);
  const ids = new Set(read.map(({ id }) => id));
  if (ids.size < read.length) throw invalid('Rule ID must be unique. Found same ID for more than one rule');
  return read;
}

export function writeLifecycle(
  stored: unknown,
  { name }: StoredBucket,
): GetBucketLifecycleConfigurationOutput {
  const rules = required(stored, () => notSet('lifecycle', name)) as readonly StoredRule[];
  return { Rules: rules.map(writeRule), TransitionDefaultMinimumObjectSize: SMALLEST_TRANSITION };
}

function readRule(rule: LifecycleRule): StoredRule {
  const { ID: id, Status: status, Expiration: expiration, NoncurrentVersionExpiration: noncurrent } = rule;
  const abort = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  if (status !== 'Enabled' && status !== 'Disabled') throw malformedXml();
  if (id !== undefined && id.length > 255) throw invalid('ID length should not exceed allowed limit of 255');
  refuseTransitions(rule);
  if (expiration === undefined && noncurrent === undefined && abort === undefined)
    throw invalidRequest('At least one action needs to be specified in a rule');
  const filter = readFilter(rule);
  if (abort !== undefined && isByTagOrSize(filter))
    throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes.');
  return {
    id: id === undefined || id === '' ? randomUUID() : id,
    isOn: status === 'Enabled',
    filter,
    shown: rule.Filter === undefined ? { Prefix: rule.Prefix ?? '' } : { Filter: rule.Filter },
    ...readExpiration(expiration),
    ...(noncurrent !== undefined && {
      noncurrentDays: days('NoncurrentDays', noncurrent.NoncurrentDays),
      keepsNoncurrent: noncurrent.NewerNoncurrentVersions,
    }),
    ...(abort !== undefined && { abortDays: days('DaysAfterInitiation', abort) }),
  };
}

function refuseTransitions({ Transitions, NoncurrentVersionTransitions }: LifecycleRule): void {
  const transitions = [...(Transitions ?? []), ...(NoncurrentVersionTransitions ?? [])];
  if (transitions.length > 0) throw notBuilt('Transition', 'transitions to other storage classes');
}

function isByTagOrSize({ tags, above, below }: RuleFilter): boolean {
  return Object.keys(tags).length > 0 || above >= 0 || below !== null;
}

function readExpiration(expiration: LifecycleRule['Expiration']): Partial<StoredRule> {
  if (expiration === undefined) return {};
  const { Days, Date: date, ExpiredObjectDeleteMarker: removesLoneMarkers } = expiration;
  if ([Days, date, removesLoneMarkers].filter((value) => value !== undefined).length !== 1)
    throw malformedXml();
  if (date !== undefined) {
    if (date.getTime() % DAY_MS !== 0) throw invalid("'Date' must be at midnight GMT");
    return { expireAtMs: date.getTime() };
  }
  return Days === undefined ? { removesLoneMarkers } : { expireDays: days('Days', Days) };
}

function days(name: string, value: number | undefined): number {
  if (value === undefined || value <= 0 || !Number.isInteger(value))
    throw invalid(`'${name}' for Expiration action must be a positive integer`);
  return value;
}

function readFilter({ Filter: filter, Prefix: prefix }: LifecycleRule): RuleFilter {
  if (filter === undefined) {
    if (prefix === undefined) throw malformedXml();
    return { prefix, tags: {}, above: -1, below: null };
  }
  const { And: and, Tag: tag, ...alone } = filter;
  const given = [and, tag, ...Object.values(alone)].filter((value) => value !== undefined);
  if (given.length > 1 || prefix !== undefined) throw malformedXml();
  const { Tags: tags = [], ...all } = and ?? { ...alone, Tags: tag === undefined ? [] : [tag] };
  return {
    prefix: all.Prefix ?? '',
    tags: Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    above: all.ObjectSizeGreaterThan ?? -1,
    below: all.ObjectSizeLessThan ?? null,
  };
}

function writeRule(rule: StoredRule): LifecycleRule {
  const { expireDays, expireAtMs, removesLoneMarkers, noncurrentDays, keepsNoncurrent, abortDays } = rule;
  const expires = (expireDays ?? expireAtMs ?? removesLoneMarkers) !== undefined;
  return {
    ID: rule.id,
    Status: rule.isOn ? 'Enabled' : 'Disabled',
    ...rule.shown,
    ...(expires && {
      Expiration: {
        Days: expireDays,
        Date: expireAtMs === undefined ? undefined : new Date(expireAtMs),
        ExpiredObjectDeleteMarker: removesLoneMarkers,
      },
    }),
    ...(noncurrentDays !== undefined && {
      NoncurrentVersionExpiration: {
        NoncurrentDays: noncurrentDays,
        NewerNoncurrentVersions: keepsNoncurrent,
      },
    }),
    ...(abortDays !== undefined && { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortDays } }),
  };
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidArgument', message);
}
