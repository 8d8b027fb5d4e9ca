import type { FrameHeader } from './frame.ts';

/** What is known of one segment file without opening it. */
export interface SegmentInfo {
  /** Changes once, when the segment is sealed. */
  fileName: string;
  readonly firstArrival: number;
  minTimestampMs: number;
  maxTimestampMs: number;
  lastIngestionMs: number;
  count: number;
  messageBytes: number;
  fileBytes: number;
}

/** A segment that is being written: its numbers are inside, in the headers of its frames. */
const OPEN_NAME = /^(\d+)\.open$/;
/** A sealed segment carries its numbers in its name, so that a restart needs no more than a directory listing. */
const SEALED_NAME = /^(\d+)-(\d+)-(\d+)-(\d+)-(\d+)-(\d+)-(\d+)\.log$/;

export function openSegment(firstArrival: number): SegmentInfo {
  return {
    fileName: `${String(firstArrival).padStart(16, '0')}.open`,
    firstArrival,
    minTimestampMs: Number.MAX_SAFE_INTEGER,
    maxTimestampMs: 0,
    lastIngestionMs: 0,
    count: 0,
    messageBytes: 0,
    fileBytes: 0,
  };
}

export function isSealedName(fileName: string): boolean {
  return SEALED_NAME.test(fileName);
}

/** The name the segment gets when nothing more will be added. */
export function sealedName(info: SegmentInfo): string {
  const numbers = [
    info.minTimestampMs,
    info.maxTimestampMs,
    info.lastIngestionMs,
    info.count,
    info.messageBytes,
    info.fileBytes,
  ];
  return `${String(info.firstArrival).padStart(16, '0')}-${numbers.join('-')}.log`;
}

/** Reads a file name back. `sealed` is false when the numbers have to be gathered from the file's frames. */
export function parseSegmentName(fileName: string): { info: SegmentInfo; sealed: boolean } | undefined {
  const open = OPEN_NAME.exec(fileName);
  if (open !== null) return { info: { ...openSegment(Number(open[1])), fileName }, sealed: false };
  const sealed = SEALED_NAME.exec(fileName);
  if (sealed === null) return undefined;
  const [firstArrival = 0, min = 0, max = 0, ingestion = 0, count = 0, messageBytes = 0, fileBytes = 0] =
    sealed.slice(1).map(Number);
  const info: SegmentInfo = {
    fileName,
    firstArrival,
    minTimestampMs: min,
    maxTimestampMs: max,
    lastIngestionMs: ingestion,
    count,
    messageBytes,
    fileBytes,
  };
  return { info, sealed: true };
}

/** Counts one more frame in. */
export function addFrame(
  info: SegmentInfo,
  frame: Omit<FrameHeader, 'crc' | 'bodyBytes'>,
  bytes: number,
): void {
  info.minTimestampMs = Math.min(info.minTimestampMs, frame.minTimestampMs);
  info.maxTimestampMs = Math.max(info.maxTimestampMs, frame.maxTimestampMs);
  info.lastIngestionMs = Math.max(info.lastIngestionMs, frame.ingestionTimeMs);
  info.count += frame.count;
  info.messageBytes += frame.messageBytes;
  info.fileBytes += bytes;
}
