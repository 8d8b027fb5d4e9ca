import { s3Denied, s3Expired, s3Skewed, type SignatureFailure } from './sigv4-failure.ts';

const SKEW_MS = 15 * 60_000;

/** @param date of the header that was signed */
export function checkV2Time(date: string | undefined, nowMs: number): SignatureFailure | undefined {
  const signedMs = Date.parse(date ?? '');
  if (Number.isNaN(signedMs))
    return s3Denied('AWS authentication requires a valid Date or x-amz-date header');
  return Math.abs(nowMs - signedMs) > SKEW_MS ? s3Skewed() : undefined;
}

/** @param expires seconds since the epoch */
export function checkV2Expiry(expires: string, nowMs: number): SignatureFailure | undefined {
  const atMs = Number(expires) * 1000;
  if (expires.trim() === '' || !Number.isInteger(atMs))
    return s3Denied(`Invalid date (should be seconds since epoch): ${expires}`);
  return nowMs > atMs ? s3Expired(undefined, atMs, nowMs) : undefined;
}
