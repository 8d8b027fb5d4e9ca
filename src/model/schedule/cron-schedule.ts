import { type DayRule, dayRule, daysOf, monthOfDays } from './cron-days.ts';
import { fieldValues, HOUR, MINUTE, MONTH, YEAR } from './cron-field.ts';
import { type LocalMs, instantOf, localTime } from './time-zone.ts';

export interface CronSchedule {
  readonly kind: 'cron';
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: DayRule;
  readonly months: readonly number[];
  readonly years: readonly number[];
}

/**
 * Reads six fields: minutes, hours, day of month, month, day of week, year.
 * @returns undefined when they are not a cron expression as AWS has them
 */
export function parseCron(text: string): CronSchedule | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [minute = '', hour = '', ofMonth = '', month = '', ofWeek = '', year = ''] = fields;
  const minutes = fieldValues(minute, MINUTE);
  const hours = fieldValues(hour, HOUR);
  const days = dayRule(ofMonth, ofWeek);
  const months = fieldValues(month, MONTH);
  const years = fieldValues(year, YEAR);
  if (!minutes || !hours || !days || !months || !years) return undefined;
  return { kind: 'cron', minutes, hours, days, months, years };
}

/**
 * The first instant after `afterMs` at which clocks of the zone show a time of the schedule. Times that clocks skip are
 * left out; of those that they show twice only the first counts. Undefined when there is none any more.
 */
export function nextOfCron(schedule: CronSchedule, afterMs: number, timeZone: string): number | undefined {
  for (const local of localTimes(schedule, localTime(afterMs, timeZone))) {
    const instant = instantOf(local, timeZone);
    if (instant !== undefined && instant > afterMs) return instant;
  }
  return undefined;
}

/** Times of the schedule, in the order of clocks that are never set, from the minute of `from` on. */
function* localTimes(schedule: CronSchedule, from: LocalMs): Generator<LocalMs> {
  const start = new Date(from);
  const startOfDay = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate());
  const startOfMinute = Math.floor(from / 60_000) * 60_000;
  for (const day of localDays(schedule, start)) {
    if (day < startOfDay) continue;
    for (const hour of schedule.hours) {
      for (const minute of schedule.minutes) {
        const local = day + hour * 3_600_000 + minute * 60_000;
        if (local >= startOfMinute) yield local;
      }
    }
  }
}

/** Midnights of the schedule's days, from the month of `start` on. */
function* localDays({ days, months, years }: CronSchedule, start: Date): Generator<LocalMs> {
  const startYear = start.getUTCFullYear();
  for (const year of years) {
    if (year < startYear) continue;
    for (const month of months) {
      if (year === startYear && month <= start.getUTCMonth()) continue;
      for (const day of daysOf(days, monthOfDays(year, month))) yield Date.UTC(year, month - 1, day);
    }
  }
}
