import { CliError } from './cli-error.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads `10m` (ten minutes ago) or a date and time.
 * @returns milliseconds since the Unix epoch
 */
export function parseSince(text: string, nowMs: number): number {
  const ago = /^(\d{1,9})\s*([smhd])$/.exec(text.trim());
  if (ago !== null) return Math.max(0, nowMs - Number(ago[1]) * (unitMs[ago[2] ?? ''] ?? 0));
  const time = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new CliError(
      `--since "${text}" is no time.\nIt may be 30s, 10m, 2h or 1d, or a time such as 2026-11-21T10:00:00Z`,
    );
  }
  return time;
}
