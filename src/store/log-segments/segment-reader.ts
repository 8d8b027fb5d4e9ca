import { FRAME_HEADER_BYTES } from './event-batch.ts';
import { open } from 'node:fs/promises';
import { decodeFrame, type FrameHeader, isFrameIntact, readFrameHeader } from './frame.ts';
import type { StoredLogEvent } from './log-event.ts';
import type { SegmentInfo } from './segment-info.ts';
import type { StreamFiles } from './stream-files.ts';

/** Where a frame stands in its segment. */
export interface FrameRef {
  readonly header: FrameHeader;
  readonly at: number;
}

/**
 * Reads one segment through a window that is fetched with one open-read-close: a reader of a thousand streams holds
 * a thousand small windows and no descriptors.
 */
export class SegmentReader {
  readonly #files: StreamFiles;
  readonly #segment: SegmentInfo;
  /** Later appends do not belong to this read. */
  readonly #end: number;
  readonly #backward: boolean;
  readonly #windowBytes: number;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;

  constructor(files: StreamFiles, segment: SegmentInfo, backward: boolean, windowBytes: number) {
    this.#files = files;
    this.#segment = segment;
    this.#end = segment.fileBytes;
    this.#backward = backward;
    this.#windowBytes = windowBytes;
  }

  /** The frames that `wanted` picks, in file order. Empty when the segment has been removed. */
  async frames(wanted: (header: FrameHeader) => boolean): Promise<FrameRef[]> {
    const refs: FrameRef[] = [];
    let at = 0;
    while (at + FRAME_HEADER_BYTES <= this.#end) {
      const header = readFrameHeader(await this.#bytes(at, FRAME_HEADER_BYTES, false), 0);
      if (header === undefined) break;
      if (wanted(header)) refs.push({ header, at });
      at += FRAME_HEADER_BYTES + header.bodyBytes;
    }
    return refs;
  }

  /** A frame's events; none when the frame is damaged or gone. */
  async events(frame: FrameRef): Promise<StoredLogEvent[]> {
    const bytes = await this.#bytes(frame.at, FRAME_HEADER_BYTES + frame.header.bodyBytes, this.#backward);
    return isFrameIntact(bytes, frame.header) ? decodeFrame(bytes, frame.header) : [];
  }

  async #bytes(at: number, length: number, backward: boolean): Promise<Buffer> {
    const inside = at >= this.#windowAt && at + length <= this.#windowAt + this.#window.length;
    if (!inside) {
      const size = Math.max(length, this.#windowBytes);
      this.#windowAt = backward ? Math.max(0, at + length - size) : at;
      this.#window = await this.#fetch(this.#windowAt, Math.min(size, this.#end - this.#windowAt));
    }
    return this.#window.subarray(at - this.#windowAt, at - this.#windowAt + length);
  }

  async #fetch(at: number, length: number): Promise<Buffer> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        return await readAt(this.#files.path(this.#segment), at, length);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        // Sealed or removed under our hands: its name is right again once that is done.
        await this.#files.idle();
      }
    }
    return Buffer.alloc(0);
  }
}

async function readAt(path: string, at: number, length: number): Promise<Buffer> {
  await using file = await open(path, 'r');
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}
