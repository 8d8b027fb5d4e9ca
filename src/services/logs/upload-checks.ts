import type { RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import { invalidParameter } from './log-errors.ts';

export interface UploadedEvent {
  readonly timestampMs: number;
  readonly message: string;
}

const EVENT_OVERHEAD_BYTES = 26;
const UPLOAD_BYTES = 1_048_576;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * HOUR_MS;

/** What makes CloudWatch Logs refuse a whole upload. @throws ServiceError InvalidParameterException */
export function checkUpload(events: readonly UploadedEvent[]): void {
  let bytes = 0;
  let previousMs = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
    if (size > UPLOAD_BYTES) {
      throw invalidParameter(`Log event too large: ${size} bytes exceeds limit of ${UPLOAD_BYTES}`);
    }
    if (event.timestampMs < previousMs) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    previousMs = event.timestampMs;
    bytes += size;
  }
  if (bytes > UPLOAD_BYTES) {
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${UPLOAD_BYTES}`);
  }
  if (previousMs - (events[0]?.timestampMs ?? 0) > DAY_MS) {
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  }
}

/**
 * Parts the events into those that are taken and those too far in the past or in the future. They are in order of
 * time, so what is rejected stands at the two ends; end indexes are exclusive.
 */
export function sortOut(
  events: readonly UploadedEvent[],
  nowMs: number,
  retentionDays: number | null,
): { accepted: readonly UploadedEvent[]; rejected: RejectedLogEventsInfo | undefined } {
  const expired = countBefore(events, retentionDays === null ? 0 : nowMs - retentionDays * DAY_MS);
  const tooOld = countBefore(events, nowMs - OLDEST_MS);
  const notTooNew = countBefore(events, nowMs + NEWEST_MS + 1);
  const accepted = events.slice(Math.max(expired, tooOld), notTooNew);
  if (accepted.length === events.length) return { accepted, rejected: undefined };
  const rejected: RejectedLogEventsInfo = {
    ...(notTooNew < events.length ? { tooNewLogEventStartIndex: notTooNew } : {}),
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
  };
  return { accepted, rejected };
}

function countBefore(events: readonly UploadedEvent[], timeMs: number): number {
  const index = events.findIndex((event) => event.timestampMs >= timeMs);
  return index === -1 ? events.length : index;
}
