import { CliError } from './cli-error.ts';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PART = /(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)/g;

/**
 * Reads `6h`, `1h30m`, `500ms`.
 * @returns whole milliseconds, more than 0
 */
export function parseDuration(text: string): number {
  const compact = text.replaceAll(/\s/g, '');
  let ms = 0;
  for (const [, count, unit] of compact.matchAll(PART))
    ms += Number(count) * unitMs[unit as keyof typeof unitMs];
  if (compact.replaceAll(PART, '') !== '' || Math.round(ms) < 1) {
    throw new CliError(`"${text}" is no duration.\nIt may be 500ms, 90s, 15m, 6h, 2d or 1h30m`);
  }
  return Math.round(ms);
}
