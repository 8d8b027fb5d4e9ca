import {
  invalid,
  isS3,
  malformedS3,
  missingS3Parameters,
  s3Denied,
  s3Expired,
  s3Skewed,
  type SignatureFailure,
} from './sigv4-failure.ts';

const MINUTE_MS = 60_000;
const SKEW_MS = 5 * MINUTE_MS;
const S3_SKEW_MS = 15 * MINUTE_MS;
/** STS and its like take a presigned request without X-Amz-Expires for this long. */
const DEFAULT_EXPIRES_S = 15 * 60;
const MAX_EXPIRES_S = 7 * 24 * 60 * 60;
const BASIC_FORMAT = /^\d{8}T\d{6}Z$/;

/** `yyyymmddThhmmssZ` as milliseconds since the epoch, `undefined` when it is not such a time. */
export function parseSigningTime(text: string): number | undefined {
  if (text === lastText) return lastMs;
  const timeMs = parsed(text);
  if (timeMs !== undefined) [lastText, lastMs] = [text, timeMs];
  return timeMs;
}

/** All requests of one second have the same. */
let lastText = '';
let lastMs = 0;

function parsed(text: string): number | undefined {
  if (!BASIC_FORMAT.test(text)) return undefined;
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  const timeMs = Date.parse(`${date}T${text.slice(9, 11)}:${text.slice(11, 13)}:${text.slice(13)}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

export function formatSigningTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** Checks a header signature's age. */
export function checkSkew(service: string, signedAtMs: number, nowMs: number): SignatureFailure | undefined {
  if (isS3(service)) return Math.abs(nowMs - signedAtMs) > S3_SKEW_MS ? s3Skewed() : undefined;
  if (signedAtMs < nowMs - SKEW_MS) return expired(service, signedAtMs, nowMs, SKEW_MS);
  if (signedAtMs > nowMs + SKEW_MS) return notYetCurrent(service, signedAtMs, nowMs, SKEW_MS);
  return undefined;
}

/** Checks a presigned request's age against its X-Amz-Expires, in seconds. */
export function checkExpiry(
  service: string,
  signedAtMs: number,
  expiresText: string | undefined,
  nowMs: number,
): SignatureFailure | undefined {
  if (expiresText === undefined && isS3(service)) return missingS3Parameters();
  const expiresS = expiresText === undefined ? DEFAULT_EXPIRES_S : Number(expiresText);
  const wrong = expiresFault(expiresText, expiresS);
  if (wrong !== undefined) return isS3(service) ? malformedS3(true, wrong) : invalid(service, wrong);
  const expiresMs = expiresS * 1000;
  if (signedAtMs > nowMs + S3_SKEW_MS) {
    return isS3(service)
      ? s3Denied('Request is not yet valid')
      : notYetCurrent(service, signedAtMs, nowMs, S3_SKEW_MS);
  }
  if (signedAtMs >= nowMs - expiresMs) return undefined;
  return isS3(service)
    ? s3Expired(expiresText, signedAtMs + expiresMs, nowMs)
    : expired(service, signedAtMs, nowMs, expiresMs);
}

function expiresFault(text: string | undefined, expiresS: number): string | undefined {
  if (text?.trim() === '' || !Number.isInteger(expiresS)) return 'X-Amz-Expires should be a number';
  if (expiresS < 0) return 'X-Amz-Expires must be non-negative';
  if (expiresS <= MAX_EXPIRES_S) return undefined;
  return `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES_S} seconds`;
}

function expired(service: string, signedAtMs: number, nowMs: number, windowMs: number): SignatureFailure {
  const [signed, now] = [formatSigningTime(signedAtMs), formatSigningTime(nowMs)];
  const limit = formatSigningTime(nowMs - windowMs);
  const minutes = Math.round(windowMs / MINUTE_MS);
  return invalid(
    service,
    `Signature expired: ${signed} is now earlier than ${limit} (${now} - ${minutes} min.)`,
  );
}

function notYetCurrent(
  service: string,
  signedAtMs: number,
  nowMs: number,
  windowMs: number,
): SignatureFailure {
  const [signed, now] = [formatSigningTime(signedAtMs), formatSigningTime(nowMs)];
  const limit = formatSigningTime(nowMs + windowMs);
  const minutes = Math.round(windowMs / MINUTE_MS);
  return invalid(
    service,
    `Signature not yet current: ${signed} is still later than ${limit} (${now} + ${minutes} min.)`,
  );
}
