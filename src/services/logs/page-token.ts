import type { LogPosition } from '../../store/log-segments/log-event.ts';
import { invalidToken } from './log-errors.ts';

/** A list's next page, opaque to callers: the sort key of the last item they have seen. */
export function listToken(...key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Reads back what `listToken` made of as many values. @throws ServiceError */
export function readListToken(token: string, length: number): (string | number)[] {
  const key = parse(Buffer.from(token, 'base64url').toString());
  if (!Array.isArray(key) || key.length !== length) throw invalidToken();
  if (!key.every((part) => typeof part === 'string' || typeof part === 'number')) throw invalidToken();
  return key;
}

/** 56 digits, like CloudWatch's, that sort like the events: timestamp, padding, arrival. */
export function eventId(event: LogPosition): string {
  return `3${digits(event.timestampMs, 16)}${'0'.repeat(20)}${digits(event.arrival, 19)}`;
}

/** GetLogEvents: `f/...` goes on forward from the place, `b/...` backward. */
export function eventsToken(direction: 'f' | 'b', place: LogPosition): string {
  return `${direction}/${eventId(place)}/s`;
}

/** @throws ServiceError */
export function readEventsToken(token: string): { direction: 'f' | 'b'; place: LogPosition } {
  const found = /^([fb])\/3(\d{16})0{20}(\d{19})\/s$/.exec(token);
  if (found === null) throw invalidToken();
  const [, direction, timestampMs, arrival] = found;
  return {
    direction: direction === 'f' ? 'f' : 'b',
    place: { timestampMs: Number(timestampMs), arrival: Number(arrival) },
  };
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
