import { readFile } from 'node:fs/promises';
import { FRAME_HEADER_BYTES } from './event-batch.ts';
import { isFrameIntact, readFrameHeader } from './frame.ts';
import { addFrame, type SegmentInfo } from './segment-info.ts';

/**
 * Gathers a segment's numbers from its frames, up to the first that is not whole. Afterwards `info.fileBytes` is the
 * length of the good part: what comes behind it was being written when the process died.
 */
export async function scanSegment(path: string, info: SegmentInfo): Promise<void> {
  const bytes = await readFile(path);
  for (;;) {
    const header = readFrameHeader(bytes, info.fileBytes);
    if (header === undefined) return;
    const size = FRAME_HEADER_BYTES + header.bodyBytes;
    if (!isFrameIntact(bytes.subarray(info.fileBytes, info.fileBytes + size), header)) return;
    addFrame(info, header, size);
  }
}
