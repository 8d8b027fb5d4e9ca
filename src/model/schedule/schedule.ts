import { type CronSchedule, nextOfCron, parseCron } from './cron-schedule.ts';
import { instantAtOrAfter, type LocalMs } from './time-zone.ts';

/** Once. */
export interface AtSchedule {
  readonly kind: 'at';
  readonly local: LocalMs;
}

export interface RateSchedule {
  readonly kind: 'rate';
  readonly everyMs: number;
}

export type Schedule = AtSchedule | RateSchedule | CronSchedule;

/** In what time a schedule is read, and where its rate begins. */
export interface ScheduleFrame {
  /** A name for which `isTimeZone` holds. Rates are the same everywhere. */
  readonly timeZone: string;
  /** A rate is due whole periods after this, milliseconds since the Unix epoch. */
  readonly anchorMs: number;
}

const UNITS_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Reads `at(2026-02-28T12:00:00)`, `rate(5 minutes)` or `cron(0 12 ? * MON-FRI *)`.
 * @returns undefined for anything else
 */
export function parseSchedule(text: string): Schedule | undefined {
  const [, kind, inner = ''] = /^(at|rate|cron)\((.*)\)$/.exec(text) ?? [];
  if (kind === 'at') return parseAt(inner);
  if (kind === 'rate') return parseRate(inner);
  return kind === 'cron' ? parseCron(inner) : undefined;
}

/**
 * The first instant after `afterMs` at which the schedule is due; undefined when it will not be again.
 * Milliseconds since the Unix epoch.
 */
export function nextInstant(
  schedule: Schedule,
  afterMs: number,
  { timeZone, anchorMs }: ScheduleFrame,
): number | undefined {
  if (schedule.kind === 'cron') return nextOfCron(schedule, afterMs, timeZone);
  if (schedule.kind === 'at') {
    const at = instantAtOrAfter(schedule.local, timeZone);
    return at > afterMs ? at : undefined;
  }
  const { everyMs } = schedule;
  const periods = Math.max(1, Math.floor((afterMs - anchorMs) / everyMs) + 1);
  return anchorMs + periods * everyMs;
}

function parseAt(text: string): AtSchedule | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) return undefined;
  const local = Date.parse(`${text}Z`);
  // The parser lets 30 February through as 1 March.
  const isReal = !Number.isNaN(local) && new Date(local).toISOString().startsWith(text);
  return isReal ? { kind: 'at', local } : undefined;
}

/** `1 minute`, `2 minutes`: one of something is not many of them, and many are not one. */
function parseRate(text: string): RateSchedule | undefined {
  const [, digits, unit, plural] = /^\s*(\d{1,9})\s+(minute|hour|day)(s?)\s*$/.exec(text) ?? [];
  const count = Number(digits);
  if (unit === undefined || !(count >= 1) || (count === 1) !== (plural === '')) return undefined;
  return { kind: 'rate', everyMs: count * UNITS_MS[unit as keyof typeof UNITS_MS] };
}
