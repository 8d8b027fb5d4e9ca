/** What a field of a cron expression may hold. */
export interface FieldRange {
  readonly least: number;
  readonly most: number;
  /** Names for values from `least` on, in capitals. */
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const MINUTE: FieldRange = { least: 0, most: 59 };
export const HOUR: FieldRange = { least: 0, most: 23 };
export const DAY_OF_MONTH: FieldRange = { least: 1, most: 31 };
export const MONTH: FieldRange = { least: 1, most: 12, names: MONTHS };
/** Sunday is 1. */
export const DAY_OF_WEEK: FieldRange = { least: 1, most: 7, names: WEEKDAYS };
export const YEAR: FieldRange = { least: 1970, most: 2199 };

const STEP = /^\d{1,4}$/;

/** The values of a list of `*`, `a`, `a-b`, `a/n`, `a-b/n`, in ascending order; undefined when it is not one. */
export function fieldValues(text: string, range: FieldRange): readonly number[] | undefined {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const read = itemValues(item, range);
    if (read === undefined) return undefined;
    for (const value of read) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** One value by number or by name. */
export function fieldValue(text: string, { least, most, names }: FieldRange): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named !== -1) return least + named;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function itemValues(item: string, range: FieldRange): number[] | undefined {
  const [span = '', stepText, ...more] = item.split('/');
  if (more.length > 0 || (stepText !== undefined && !STEP.test(stepText))) return undefined;
  const step = stepText === undefined ? 1 : Number(stepText);
  const ends = spanEnds(span, range, stepText !== undefined);
  if (ends === undefined || step === 0) return undefined;
  const size = range.most - range.least + 1;
  // A span may run over the end: FRI-MON, 22-2.
  const length = ends.to >= ends.from ? ends.to - ends.from : ends.to + size - ends.from;
  const values: number[] = [];
  for (let at = 0; at <= length; at += step) {
    values.push(((ends.from + at - range.least) % size) + range.least);
  }
  return values;
}

function spanEnds(
  span: string,
  range: FieldRange,
  isStepped: boolean,
): { from: number; to: number } | undefined {
  if (span === '*') return { from: range.least, to: range.most };
  const [first = '', last, ...more] = span.split('-');
  const from = fieldValue(first, range);
  const to = last === undefined ? from : fieldValue(last, range);
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  // Years have no end to run over.
  if (range === YEAR && to < from) return undefined;
  return { from, to: isStepped && last === undefined ? range.most : to };
}
