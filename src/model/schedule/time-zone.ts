/**
 * Local times as numbers: milliseconds since the Unix epoch that a UTC clock would show with the same hands. A zone
 * turns them into instants and back; the rules are those the runtime's own zone database has.
 */
export type LocalMs = number;

const DAY_MS = 86_400_000;
/** Formatting is slow to set up and there are some hundreds of zones at most. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether it is a name of the zone database, such as `Europe/Berlin` or `UTC`. Offsets such as `+01:00` are not. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && formatOf(name) !== undefined;
}

/** What the clocks of the zone show. */
export function localTime(instantMs: number, timeZone: string): LocalMs {
  return instantMs + offsetMs(instantMs, timeZone);
}

/**
 * When clocks of the zone show this time. Where they show it twice, because they are set back, the first time;
 * undefined where they never do, because they are set forward.
 */
export function instantOf(local: LocalMs, timeZone: string): number | undefined {
  if (timeZone === 'UTC') return local;
  const { before, after } = offsetsAround(local, timeZone);
  const first = local - Math.max(before, after);
  if (localTime(first, timeZone) === local) return first;
  const second = local - Math.min(before, after);
  return localTime(second, timeZone) === local ? second : undefined;
}

/** As `instantOf`; a time that clocks skip is read as if they had not been set forward yet. */
export function instantAtOrAfter(local: LocalMs, timeZone: string): number {
  return instantOf(local, timeZone) ?? local - offsetsAround(local, timeZone).before;
}

/** Zones change their offset no more than once in two days. */
function offsetsAround(local: LocalMs, timeZone: string): { before: number; after: number } {
  return { before: offsetMs(local - DAY_MS, timeZone), after: offsetMs(local + DAY_MS, timeZone) };
}

function offsetMs(instantMs: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const format = formatOf(timeZone);
  if (format === undefined) throw new RangeError(`There is no time zone ${timeZone}.`);
  const shown: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instantMs)) shown[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
  const wholeSeconds = Math.floor(instantMs / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSeconds;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
    return format;
  } catch {
    return undefined;
  }
}
