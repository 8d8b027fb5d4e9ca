import type { StoredPolicy, StoredTarget } from './stored-definitions.ts';

/** Average utilization in each of the last minutes, the latest last; undefined for a minute without traffic. */
export type Points = readonly (number | undefined)[];

/** Minutes in a row above the target until there is more. */
const OUT_POINTS = 3;
/** Minutes in a row below nine tenths of the target until there is less. */
const IN_POINTS = 15;
const LOW_SHARE = 0.9;
/** Of what there is, so much goes at once, and at least one. */
const IN_STEP = 0.1;

/** Points that are of use. */
export const MOST_POINTS = IN_POINTS;

/** When capacity last changed, platform time. */
export interface LastChanges {
  readonly outMs: number | undefined;
  /** Capacity before it. */
  readonly outFrom: number;
  readonly inMs: number | undefined;
}

export interface Tracked {
  readonly capacity: number;
  readonly policyName: string;
  readonly alarm: 'AlarmHigh' | 'AlarmLow';
}

interface NamedPolicy {
  readonly name: string;
  readonly value: StoredPolicy;
}

/**
 * What the policies of a target make of its utilization: the most that one of them asks for, and less only when all
 * of them agree. Undefined: it stays as it is.
 */
export function trackedCapacity(
  policies: readonly NamedPolicy[],
  target: StoredTarget,
  current: number,
  points: Points,
  last: LastChanges,
  nowMs: number,
): Tracked | undefined {
  const within = (capacity: number): number => Math.min(target.max, Math.max(target.min, capacity));
  const outs = policies.flatMap(({ name, value }) => {
    const capacity = within(scaledOut(value, current, points, last, nowMs));
    return capacity > current ? [{ capacity, policyName: name, alarm: 'AlarmHigh' as const }] : [];
  });
  if (outs.length > 0) return target.suspended.scaleOut ? undefined : largest(outs);
  const ins = policies.flatMap(({ name, value }) => {
    const capacity = within(scaledIn(value, current, points, last, nowMs));
    return capacity < current ? [{ capacity, policyName: name, alarm: 'AlarmLow' as const }] : [];
  });
  if (ins.length < policies.length || target.suspended.scaleIn) return undefined;
  return largest(ins);
}

function scaledOut(
  policy: StoredPolicy,
  current: number,
  points: Points,
  last: LastChanges,
  nowMs: number,
): number {
  const recent = points.slice(-OUT_POINTS);
  if (!isLong(recent, OUT_POINTS, (point) => point > policy.targetValue)) return current;
  // In its cooldown the last change counts as part of this one.
  const isCooling = isWithin(last.outMs, policy.scaleOutCooldownS, nowMs);
  return proportional(isCooling ? last.outFrom : current, mean(recent), policy.targetValue);
}

function scaledIn(
  policy: StoredPolicy,
  current: number,
  points: Points,
  last: LastChanges,
  nowMs: number,
): number {
  const recent = points.slice(-IN_POINTS);
  if (policy.disableScaleIn === true || isWithin(last.inMs, policy.scaleInCooldownS, nowMs)) return current;
  if (!isLong(recent, IN_POINTS, (point) => point < policy.targetValue * LOW_SHARE)) return current;
  const step = Math.max(1, Math.floor(current * IN_STEP));
  return Math.max(current - step, proportional(current, mean(recent), policy.targetValue));
}

function isLong(points: Points, length: number, holds: (point: number) => boolean): boolean {
  return points.length === length && points.every((point) => point !== undefined && holds(point));
}

/** Rounded up, but not because of the last binary digit. */
function proportional(capacity: number, utilization: number, targetValue: number): number {
  return Math.ceil((capacity * utilization) / targetValue - 1e-9);
}

function mean(points: Points): number {
  let sum = 0;
  for (const point of points) sum += point ?? 0;
  return sum / points.length;
}

function isWithin(sinceMs: number | undefined, seconds: number | undefined, nowMs: number): boolean {
  return sinceMs !== undefined && nowMs < sinceMs + (seconds ?? 0) * 1000;
}

function largest(all: readonly Tracked[]): Tracked | undefined {
  let most = all[0];
  for (const each of all) if (most === undefined || each.capacity > most.capacity) most = each;
  return most;
}
