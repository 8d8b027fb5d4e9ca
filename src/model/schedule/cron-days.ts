import { DAY_OF_MONTH, DAY_OF_WEEK, fieldValue, fieldValues } from './cron-field.ts';

/** A month as far as days are concerned. */
export interface MonthOfDays {
  /** Number of its last day. */
  readonly last: number;
  /** Weekday of its first day; Sunday is 1. */
  readonly firstWeekday: number;
}

/** Says which days of a month are meant, in any order; days the month does not have may be among them. */
export type DayRule = (month: MonthOfDays) => readonly number[];

export function monthOfDays(year: number, month: number): MonthOfDays {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { last, firstWeekday: new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 1 };
}

/**
 * Reads the two fields that say which days: one of them, and no more, is `?`.
 * @returns undefined when they cannot be read
 */
export function dayRule(ofMonth: string, ofWeek: string): DayRule | undefined {
  if ((ofMonth === '?') === (ofWeek === '?')) return undefined;
  const [text, ruleOf] = ofWeek === '?' ? [ofMonth, ruleOfMonth] : [ofWeek, ruleOfWeek];
  const rules: DayRule[] = [];
  for (const item of text.split(',')) {
    const rule = ruleOf(item);
    if (rule === undefined) return undefined;
    rules.push(rule);
  }
  return (month) => rules.flatMap((rule) => rule(month));
}

/** The days, ascending and without those the month does not have. */
export function daysOf(rule: DayRule, month: MonthOfDays): readonly number[] {
  const days = new Set(rule(month).filter((day) => day >= 1 && day <= month.last));
  return [...days].sort((a, b) => a - b);
}

/** `L`, `L-3`, `LW`, `15W`, or plain values. */
function ruleOfMonth(item: string): DayRule | undefined {
  if (item === 'LW') return (month) => [nearestWeekday(month.last, month)];
  const fromLast = /^L(?:-(\d{1,2}))?$/.exec(item);
  if (fromLast !== null) {
    const before = Number(fromLast[1] ?? 0);
    return before > 30 ? undefined : (month) => [month.last - before];
  }
  const weekdayAt = /^(\d{1,2})W$/.exec(item)?.[1];
  if (weekdayAt === undefined) return plainDays(item);
  const day = fieldValue(weekdayAt, DAY_OF_MONTH);
  return day === undefined ? undefined : (month) => (day > month.last ? [] : [nearestWeekday(day, month)]);
}

function plainDays(item: string): DayRule | undefined {
  const days = fieldValues(item, DAY_OF_MONTH);
  return days === undefined ? undefined : () => days;
}

/** `L` (Saturday), `6L` (the last Friday), `3#2` (the second Tuesday), or plain weekdays. */
function ruleOfWeek(item: string): DayRule | undefined {
  const last = /^(\w+)L$/.exec(item)?.[1];
  if (last !== undefined) return lastOfKind(fieldValue(last, DAY_OF_WEEK));
  const nth = /^(\w+)#([1-5])$/.exec(item);
  if (nth !== null) return nthOfKind(fieldValue(nth[1] ?? '', DAY_OF_WEEK), Number(nth[2]));
  const weekdays = fieldValues(item === 'L' ? 'SAT' : item, DAY_OF_WEEK);
  if (weekdays === undefined) return undefined;
  return (month) => weekdays.flatMap((weekday) => daysOfKind(weekday, month));
}

function lastOfKind(weekday: number | undefined): DayRule | undefined {
  return weekday === undefined ? undefined : (month) => daysOfKind(weekday, month).slice(-1);
}

function nthOfKind(weekday: number | undefined, nth: number): DayRule | undefined {
  return weekday === undefined ? undefined : (month) => daysOfKind(weekday, month).slice(nth - 1, nth);
}

function daysOfKind(weekday: number, { last, firstWeekday }: MonthOfDays): number[] {
  const days: number[] = [];
  for (let day = 1 + ((weekday - firstWeekday + 7) % 7); day <= last; day += 7) days.push(day);
  return days;
}

/** From Monday to Friday, and in the same month. */
function nearestWeekday(day: number, { last, firstWeekday }: MonthOfDays): number {
  const weekday = ((firstWeekday - 1 + day - 1) % 7) + 1;
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === last ? day - 2 : day + 1;
  return day;
}
