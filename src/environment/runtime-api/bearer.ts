import { timingSafeEqual } from 'node:crypto';

/** Whether a request brings the token that only the environment's own variables hold. */
export function hasToken(header: string | undefined, wanted: string): boolean {
  const given = Buffer.from(header ?? '');
  const expected = Buffer.from(wanted);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
