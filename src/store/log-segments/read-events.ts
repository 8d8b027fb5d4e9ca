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

/** Reads events of several streams in one order; segments and frames outside the range are never opened. */
export function readEvents<Source>(
  sources: readonly ReadSource<Source>[],
  range: ReadRange,
): AsyncGenerator<MergedEvent<Source>[], void, undefined> {
  const runs: LazyRun<Source>[] = [];
  for (const { source, files } of sources) {
    for (const segment of files.segments) {
      if (overlaps(segment, range)) runs.push(segmentRun(source, files, segment, range));
    }
  }
  const keep = (event: StoredLogEvent): boolean =>
    event.arrival < range.horizon &&
    comparePositions(event, range.from) >= 0 &&
    comparePositions(event, range.to) < 0;
  return mergeEvents(runs, range.backward, keep);
}

function overlaps(
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
  source: Source,
  files: StreamFiles,
  segment: SegmentInfo,
  range: ReadRange,
): LazyRun<Source> {
  return {
    source,
    bound: boundOf(segment, range.backward),
    open: async () => {
      const reader = new SegmentReader(files, segment, range.backward);
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
