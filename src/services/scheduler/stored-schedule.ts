import type {
  ActionAfterCompletion,
  FlexibleTimeWindow,
  ScheduleState,
  Target,
} from '@aws-sdk/client-scheduler';
import { nextInstant, parseSchedule } from '../../model/schedule/schedule.ts';
import { partitionOf } from '../../model/stored-function.ts';

export const DEFAULT_GROUP = 'default';

export interface ScheduleName {
  readonly accountId: string;
  readonly region: string;
  readonly group: string;
  readonly name: string;
}

/** A schedule as it is kept. Times are milliseconds since the Unix epoch. */
export interface StoredSchedule extends ScheduleName {
  readonly expression: string;
  readonly timeZone: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly description?: string;
  readonly state: ScheduleState;
  readonly actionAfterCompletion: ActionAfterCompletion;
  readonly window: FlexibleTimeWindow;
  readonly target: Target;
  /** Of the request that created it: the same request again is answered as it was. */
  readonly clientToken?: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

export interface StoredGroup {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** As of a schedule. */
  readonly clientToken?: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

/** Whether a request to create something is the one that did so: SDKs send it again when its answer was lost. */
export function isRepeated(
  { clientToken }: Pick<StoredSchedule, 'clientToken'>,
  token: string | undefined,
): boolean {
  return token !== undefined && token === clientToken;
}

export function scheduleArn({ accountId, region, group, name }: ScheduleName): string {
  return `arn:${partitionOf(region)}:scheduler:${region}:${accountId}:schedule/${group}/${name}`;
}

export function groupArn({
  accountId,
  region,
  name,
}: Pick<StoredGroup, 'accountId' | 'region' | 'name'>): string {
  return `arn:${partitionOf(region)}:scheduler:${region}:${accountId}:schedule-group/${name}`;
}

/**
 * The first instant after `afterMs` at which the schedule is due, between its start and its end; undefined: not again.
 * A rate begins at the start, or when the schedule was made. What is due once has neither, whatever was given.
 */
export function nextDueMs(schedule: StoredSchedule, afterMs: number): number | undefined {
  const { expression, timeZone, startMs, endMs, createdAtMs } = schedule;
  const parsed = parseSchedule(expression);
  if (parsed === undefined) return undefined;
  const anchorMs = startMs ?? createdAtMs;
  if (parsed.kind === 'at') return nextInstant(parsed, afterMs, { timeZone, anchorMs });
  const isFirstOfRate = parsed.kind === 'rate' && startMs !== undefined && startMs > afterMs;
  // Just before the start, so that the start itself counts.
  const sinceMs = startMs === undefined ? afterMs : Math.max(afterMs, startMs - 1);
  const next = isFirstOfRate ? startMs : nextInstant(parsed, sinceMs, { timeZone, anchorMs });
  return next === undefined || (endMs !== undefined && next > endMs) ? undefined : next;
}
