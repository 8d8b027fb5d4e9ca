/** What a clock on the wall of a zone shows, to the minute: `2026-03-29T02:30`. */
export function wallClock(atMs: number, timeZone: string): string {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, format);
  return format;
}

const QUARTER_MS = 900_000;
const BEFORE_MS = 4 * 3_600_000;

/**
 * Every quarter of an hour after `fromMs` and up to `untilMs` at which a clock in the zone shows what is wanted, for the
 * first time where it is set back: found by looking at the clock every quarter of an hour.
 */
export function momentsShown(
  wanted: (shown: string) => boolean,
  timeZone: string,
  fromMs: number,
  untilMs: number,
): number[] {
  const moments: number[] = [];
  const seen = new Set<string>();
  const beginMs = Math.floor((fromMs - BEFORE_MS) / QUARTER_MS) * QUARTER_MS;
  for (let atMs = beginMs; atMs <= untilMs; atMs += QUARTER_MS) {
    const shown = wallClock(atMs, timeZone);
    if (!wanted(shown) || seen.has(shown)) continue;
    seen.add(shown);
    if (atMs > fromMs) moments.push(atMs);
  }
  return moments;
}
