import { nextInstant, parseSchedule } from '../../model/schedule/schedule.ts';
import type { StoredAction, StoredTarget } from './stored-definitions.ts';

/** When the action is to run next, platform time; undefined when it will not any more. May lie in the past. */
export function nextRun(action: StoredAction): number | undefined {
  const schedule = parseSchedule(action.schedule);
  if (schedule === undefined) return undefined;
  const { timeZone = 'UTC', startMs, endMs = Infinity, createdAtMs, doneUntilMs } = action;
  const after = Math.max(doneUntilMs, (startMs ?? 0) - 1);
  const next = nextInstant(schedule, after, { timeZone, anchorMs: startMs ?? createdAtMs });
  return next === undefined || next > endMs ? undefined : next;
}

/**
 * When an action that is due was due last: of several times that passed while the platform was not there, the latest
 * one counts. Undefined when it is not due yet.
 */
export function latestRun(action: StoredAction, nowMs: number): number | undefined {
  let latest = dueAfter(action, action.doneUntilMs, nowMs);
  // By halves, rather than through every minute of a year.
  let noneAfterMs = nowMs;
  while (latest !== undefined && noneAfterMs - latest > 1) {
    const middleMs = (latest + noneAfterMs) / 2;
    const later = dueAfter(action, middleMs, nowMs);
    if (later === undefined) noneAfterMs = middleMs;
    else latest = later;
  }
  return latest;
}

function dueAfter(action: StoredAction, doneUntilMs: number, nowMs: number): number | undefined {
  const next = nextRun({ ...action, doneUntilMs });
  return next !== undefined && next <= nowMs ? next : undefined;
}

/** Another platform is at it. */
export function isOthers({ taken }: StoredAction, owner: string, nowMs: number): boolean {
  return taken !== undefined && taken.by !== owner && taken.untilMs > nowMs;
}

/** When there may be something to do about an action: what another platform does may be left undone. */
export function nextLook(action: StoredAction, owner: string, nowMs: number): number | undefined {
  const next = nextRun(action);
  if (next === undefined || !isOthers(action, owner, nowMs)) return next;
  return Math.max(next, action.taken?.untilMs ?? next);
}

/** The bounds an action leaves behind; undefined when they would contradict each other. */
export function boundsAfter(
  { min, max }: Pick<StoredAction, 'min' | 'max'>,
  target: StoredTarget,
): { min: number; max: number } | undefined {
  const bounds = { min: min ?? target.min, max: max ?? target.max };
  return bounds.min > bounds.max ? undefined : bounds;
}

/** What it takes to bring a capacity within bounds, and why; undefined when it is. */
export function withinBounds(
  current: number,
  { min, max }: { readonly min: number; readonly max: number },
): { capacity: number; reason: string } | undefined {
  if (current < min) return { capacity: min, reason: `minimum capacity was set to ${min}` };
  if (current > max) return { capacity: max, reason: `maximum capacity was set to ${max}` };
  return undefined;
}
