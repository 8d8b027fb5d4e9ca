/** What becomes of a bucket's objects as they age. Stored as the bucket's setting `lifecycle`. */
export interface StoredRule {
  readonly id: string;
  readonly isOn: boolean;
  readonly filter: RuleFilter;
  /** As it was sent: which of its forms the filter had. */
  readonly shown: object;
  readonly expireDays?: number | undefined;
  /** Milliseconds since the Unix epoch, a midnight in UTC. */
  readonly expireAtMs?: number | undefined;
  readonly removesLoneMarkers?: boolean | undefined;
  readonly noncurrentDays?: number | undefined;
  /** So many noncurrent versions stay whatever their age. */
  readonly keepsNoncurrent?: number | undefined;
  readonly abortDays?: number | undefined;
}

export interface RuleFilter {
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Bytes, neither included. */
  readonly above: number;
  /** Null: any size. */
  readonly below: number | null;
}

/** A version of an object as rules see it. */
export interface AgingVersion {
  readonly key: string;
  readonly size: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly modifiedMs: number;
  /** When a newer one took its place; undefined for the current one. */
  readonly noncurrentSinceMs: number | undefined;
  /** Versions of its key that are noncurrent and newer. */
  readonly newerNoncurrent: number;
  /** It is the only version of its key. */
  readonly isAlone: boolean;
}

export type Fate = 'stays' | 'expires' | 'is removed';

const DAY_MS = 86_400_000;

/**
 * What the rules make of a version now. `expires`: as if DeleteObject named its key; `is removed`: as if it named the
 * version. AWS acts at the midnight (UTC) after the age is reached.
 */
export function fateOf(rules: readonly StoredRule[], version: AgingVersion, nowMs: number): Fate {
  let fate: Fate = 'stays';
  for (const rule of rules) {
    if (!rule.isOn || !matches(rule.filter, version)) continue;
    if (isRemoved(rule, version, nowMs)) return 'is removed';
    if (isExpired(rule, version, nowMs)) fate = 'expires';
  }
  return fate;
}

/** When the first of the rules ends an object that is not replaced before; undefined: none does. */
export function expiryOf(
  rules: readonly StoredRule[],
  object: Pick<AgingVersion, 'key' | 'size' | 'tags' | 'modifiedMs'>,
): { readonly atMs: number; readonly rule: StoredRule } | undefined {
  let first: { readonly atMs: number; readonly rule: StoredRule } | undefined;
  for (const rule of rules) {
    const { expireDays } = rule;
    const atMs =
      rule.expireAtMs ?? (expireDays === undefined ? undefined : dueMs(object.modifiedMs, expireDays));
    if (atMs === undefined || !rule.isOn || !matches(rule.filter, { ...object, isDeleteMarker: false }))
      continue;
    if (first === undefined || atMs < first.atMs) first = { atMs, rule };
  }
  return first;
}

/** Whether the rules give up an upload that was begun and not completed. */
export function isAbandoned(
  rules: readonly StoredRule[],
  { key, initiatedMs }: { readonly key: string; readonly initiatedMs: number },
  nowMs: number,
): boolean {
  return rules.some(
    ({ isOn, abortDays, filter }) =>
      isOn &&
      abortDays !== undefined &&
      key.startsWith(filter.prefix) &&
      nowMs >= dueMs(initiatedMs, abortDays),
  );
}

/** The midnight after so many days. */
export function dueMs(sinceMs: number, days: number): number {
  return Math.ceil((sinceMs + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function isExpired(rule: StoredRule, version: AgingVersion, nowMs: number): boolean {
  if (!version.isLatest || version.isDeleteMarker) return false;
  if (rule.expireAtMs !== undefined) return nowMs >= rule.expireAtMs;
  return rule.expireDays !== undefined && nowMs >= dueMs(version.modifiedMs, rule.expireDays);
}

function isRemoved(rule: StoredRule, version: AgingVersion, nowMs: number): boolean {
  if (version.isLatest) {
    if (!version.isDeleteMarker || !version.isAlone) return false;
    // A rule that expires objects by their age takes away the markers that are left of them as well.
    const isOld = rule.expireDays !== undefined && nowMs >= dueMs(version.modifiedMs, rule.expireDays);
    return rule.removesLoneMarkers === true || isOld;
  }
  const { noncurrentDays, keepsNoncurrent = 0 } = rule;
  if (noncurrentDays === undefined || version.newerNoncurrent < keepsNoncurrent) return false;
  return nowMs >= dueMs(version.noncurrentSinceMs ?? version.modifiedMs, noncurrentDays);
}

function matches(
  { prefix, tags, above, below }: RuleFilter,
  version: Pick<AgingVersion, 'key' | 'size' | 'tags' | 'isDeleteMarker'>,
): boolean {
  if (!version.key.startsWith(prefix)) return false;
  if (Object.entries(tags).some(([key, value]) => version.tags[key] !== value)) return false;
  // Markers have no size.
  return version.isDeleteMarker || (version.size > above && (below === null || version.size < below));
}
