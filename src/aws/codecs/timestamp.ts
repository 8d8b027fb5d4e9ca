import type { SimpleType } from '../schema/model-json.ts';
import { serializationError } from './serialization-error.ts';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch';

/** The format of a timestamp shape: its own, or the one of the place it is used in. */
export function timestampFormat(type: SimpleType, placeFormat: TimestampFormat): TimestampFormat {
  return type === 'date-time' || type === 'http-date' || type === 'epoch' ? type : placeFormat;
}

export function formatTimestamp(date: Date, format: TimestampFormat): string {
  if (format === 'epoch') return String(date.getTime() / 1000);
  if (format === 'http-date') return date.toUTCString();
  return date.toISOString().replace('.000Z', 'Z');
}

/** Accepts, beside the expected format, what clients are known to send: seconds where a date is due, and back. */
export function parseTimestamp(text: string, format: TimestampFormat): Date {
  const seconds = format === 'epoch' || /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const date = Number.isNaN(seconds) ? new Date(text) : epochDate(seconds);
  if (Number.isNaN(date.getTime())) throw serializationError(`'${text}' is not a valid timestamp`);
  return date;
}

/** Seconds since the epoch, perhaps with a fraction, to the millisecond. */
export function epochDate(seconds: number): Date {
  return new Date(Math.round(seconds * 1000));
}
