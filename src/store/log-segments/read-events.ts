import type { FrameHeader } from './frame.ts';
import type { LogPosition, StoredLogEvent } from './log-event.ts';
import { comparePositions } from './log-event.ts';
import { type LazyRun, type MergedEvent, mergeEvents } from './merge-events.ts';
import type { SegmentInfo } from './segment-info.ts';
import { SegmentReader } from './segment-reader.ts';
import type { StreamFiles } from './stream-files.ts';

/** Which events to read, and which way. */
export interface ReadRange {
  /** From here on, inclusive. */
  readonly from: LogPosition;
  /** Up to here, exclusive. */
  readonly to: LogPosition;
  readonly backward: boolean;
  /** Events with this arrival number or a later one came after the read began. */
  readonly horizon: number;
}

export interface ReadSource<Source> {
  readonly source: Source;
  readonly files: StreamFiles;
}

/** What one segment is read through at a time: less when many are read at once. */
const WINDOW_BYTES = 256 * 1024;
const ALL_WINDOWS_BYTES = 32 * 1024 * 1024;
const SMALLEST_WINDOW_BYTES = 8 * 1024;

/** Reads events of several streams in one order; segments and frames outside the range are never opened. */
export function readEvents<Source>(
  sources: readonly ReadSource<Source>[],
  range: ReadRange,
): AsyncGenerator<MergedEvent<Source>[], void, undefined> {
  const found = sources.flatMap(({ source, files }) =>
    files.segments
      .filter((segment) => overlaps(segment, range))
      .map((segment) => ({ source, files, segment })),
  );
  const windowBytes = Math.max(
    SMALLEST_WINDOW_BYTES,
    Math.min(WINDOW_BYTES, ALL_WINDOWS_BYTES / found.length),
  );
  const runs = found.map((part) => segmentRun(part, range, Math.floor(windowBytes)));
  const keep = (event: StoredLogEvent): boolean =>
    event.arrival < range.horizon &&
    comparePositions(event, range.from) >= 0 &&
    comparePositions(event, range.to) < 0;
  return mergeEvents(runs, range.backward, keep);
}

/** Some of its events may belong to the read. */
export function overlaps(
  part: Pick<SegmentInfo, 'count' | 'minTimestampMs' | 'maxTimestampMs' | 'firstArrival'>,
  range: ReadRange,
): boolean {
  return (
    part.count > 0 &&
    part.firstArrival < range.horizon &&
    part.maxTimestampMs >= range.from.timestampMs &&
    part.minTimestampMs <= range.to.timestampMs
  );
}

function segmentRun<Source>(
  { source, files, segment }: ReadSource<Source> & { readonly segment: SegmentInfo },
  range: ReadRange,
  windowBytes: number,
): LazyRun<Source> {
  return {
    source,
    bound: boundOf(segment, range.backward),
    open: async () => {
      const reader = new SegmentReader(files, segment, range.backward, windowBytes);
      const frames = await reader.frames((header) => overlaps(header, range));
      return frames.map((frame) => ({
        source,
        bound: boundOf(frame.header, range.backward),
        open: () => reader.events(frame),
      }));
    },
  };
}

/** A position no event of the part comes before, in reading direction. */
function boundOf(
  part: Pick<FrameHeader, 'minTimestampMs' | 'maxTimestampMs' | 'firstArrival'>,
  backward: boolean,
): LogPosition {
  return backward
    ? { timestampMs: part.maxTimestampMs, arrival: Number.MAX_SAFE_INTEGER }
    : { timestampMs: part.minTimestampMs, arrival: part.firstArrival };
}
