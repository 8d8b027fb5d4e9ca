import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { dueMs, expiryOf, type StoredRule } from './lifecycle-rules.ts';

/** An object as it is told of. */
interface Announced {
  readonly key: string;
  readonly size: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly modifiedAt: Date;
}

/** When the bucket's rules will end its current version, and which does: `x-amz-expiration`. */
export function expiration(
  bucket: StoredBucket,
  { modifiedAt, ...object }: Announced,
): { readonly Expiration?: string } {
  const end = expiryOf(rulesOf(bucket), { ...object, modifiedMs: modifiedAt.getTime() });
  if (end === undefined) return {};
  const date = new Date(end.atMs).toUTCString();
  return { Expiration: `expiry-date="${date}", rule-id="${encodeURIComponent(end.rule.id)}"` };
}

/** When an upload is given up if it is not completed until then. */
export function abortion(
  bucket: StoredBucket,
  key: string,
  initiatedMs: number,
): { readonly AbortDate?: Date; readonly AbortRuleId?: string } {
  const [first] = rulesOf(bucket)
    .filter(({ isOn, filter, abortDays }) => isOn && abortDays !== undefined && key.startsWith(filter.prefix))
    .toSorted((a, b) => (a.abortDays ?? 0) - (b.abortDays ?? 0));
  if (first?.abortDays === undefined) return {};
  return { AbortDate: new Date(dueMs(initiatedMs, first.abortDays)), AbortRuleId: first.id };
}

function rulesOf({ settings }: StoredBucket): readonly StoredRule[] {
  return (settings['lifecycle'] as readonly StoredRule[] | undefined) ?? [];
}
