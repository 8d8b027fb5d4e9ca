import type { LogPosition } from '../../store/log-segments/log-event.ts';
import type { LogSegments, StreamToRead } from '../../store/log-segments/log-segments.ts';
import type { MergedEvent } from '../../store/log-segments/merge-events.ts';

/** An answer's events, their messages and 26 bytes for each of them. */
const PAGE_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;
export const PAGE_EVENTS = 10_000;
/** A page that finds little ends after this much text, with a token to go on: no request holds the platform up. */
const SCAN_CHARACTERS = 64 * 1024 * 1024;

export interface EventPageQuery<Source> {
  readonly streams: readonly StreamToRead<Source>[];
  readonly from: LogPosition;
  readonly to: LogPosition;
  readonly backward: boolean;
  readonly limit: number;
  readonly matches: (message: string) => boolean;
}

export interface EventPage<Source> {
  /** In reading direction. */
  readonly events: MergedEvent<Source>[];
  /** The first event that was not looked at, in reading direction; undefined when the range is exhausted. */
  readonly next: LogPosition | undefined;
}

/** Reads one page of matching events. */
export async function readEventPage<Source>(
  segments: LogSegments,
  query: EventPageQuery<Source>,
): Promise<EventPage<Source>> {
  const events: MergedEvent<Source>[] = [];
  let bytes = 0;
  let scanned = 0;
  for await (const chunk of segments.read(query.streams, query)) {
    for (const item of chunk) {
      const { message } = item.event;
      if (events.length >= query.limit || scanned > SCAN_CHARACTERS) return { events, next: item.event };
      scanned += message.length;
      if (!query.matches(message)) continue;
      bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
      if (bytes > PAGE_BYTES && events.length > 0) return { events, next: item.event };
      events.push(item);
    }
  }
  return { events, next: undefined };
}
