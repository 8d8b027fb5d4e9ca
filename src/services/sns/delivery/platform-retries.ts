/** The longest wait, seconds; the last phase waits so long each time. */
const LONGEST = 20;
const LAST_PHASE_RETRIES = 100_000;

/**
 * How long to wait before a retry at a queue or a function: three times not at all, twice a second, ten times longer and
 * longer, then every twenty seconds, for 23 days in all.
 * @param retry 1 for the first. @returns milliseconds; undefined when that was all
 */
export function platformRetryMs(retry: number): number | undefined {
  if (retry <= 3) return 0;
  if (retry <= 5) return 1000;
  if (retry <= 15) return Math.round(Math.min(LONGEST, 2 ** ((retry - 5) / 2)) * 1000);
  return retry <= 15 + LAST_PHASE_RETRIES ? LONGEST * 1000 : undefined;
}
