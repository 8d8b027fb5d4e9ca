import { open, readdir, rename, rm, truncate, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DescriptorCache } from './descriptor-cache.ts';
import { FRAME_HEADER_BYTES } from './event-batch.ts';
import { readFrameHeader } from './frame.ts';
import type { LogLimits } from './log-limits.ts';
import type { FilesOnDisk } from './remembered-files.ts';
import { scanSegment } from './scan-segment.ts';
import {
  addFrame,
  isSealedName,
  openSegment,
  parseSegmentName,
  type SegmentInfo,
  sealedName,
} from './segment-info.ts';

/** What was removed because a stream had reached its cap. */
export interface Removed {
  readonly count: number;
  readonly bytes: number;
}

/** The disk side of one stream: its directory of segment files. Everything that changes it happens one by one. */
export class StreamFiles {
  readonly directory: string;
  readonly #limits: LogLimits;
  readonly #descriptors: DescriptorCache;
  #segments: SegmentInfo[];
  /** The last segment while it is being written. */
  #active: SegmentInfo | undefined;
  #loaded: boolean;
  #directorySynced = false;
  #last: Promise<unknown> = Promise.resolve();
  /** Of what happens one by one, what has not ended. */
  #underWay = 0;

  /** @param known what is on disk; otherwise it is looked for */
  constructor(
    directory: string,
    known: FilesOnDisk | undefined,
    limits: LogLimits,
    descriptors: DescriptorCache,
  ) {
    this.directory = directory;
    this.#segments = [...(known?.segments ?? [])];
    this.#active = known?.active;
    this.#loaded = known !== undefined;
    this.#limits = limits;
    this.#descriptors = descriptors;
  }

  /** Oldest first; valid after `load`. */
  get segments(): readonly SegmentInfo[] {
    return this.#segments;
  }

  /** Nothing is being done to them. */
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  /** What there is, for another object like this one; undefined when that has to look for itself. */
  get known(): FilesOnDisk | undefined {
    if (!this.#loaded) return undefined;
    // One that a failed write has left behind: who finds it on the disk reads it up to its last whole frame and seals it.
    const isLeft = this.#segments.some((each) => each !== this.#active && !isSealedName(each.fileName));
    return isLeft ? undefined : { segments: this.#segments, active: this.#active };
  }

  path(segment: SegmentInfo): string {
    return join(this.directory, segment.fileName);
  }

  /** Finds out what is on disk; cheap after the first time. */
  async load(): Promise<void> {
    if (!this.#loaded) await this.#exclusive(() => this.#load());
  }

  /** Waits for what is under way, so that a reader which lost a race with a rename can look again. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /**
   * Appends frames.
   * @param sync on disk, directory entry included, when the promise resolves
   * @returns what had to go to keep the stream below its cap
   */
  async write(frames: readonly Buffer[], sync: boolean): Promise<Removed> {
    return this.#exclusive(async () => {
      await this.#load();
      const segment = this.#segmentFor(frames);
      try {
        await this.#append(segment, frames, sync);
      } catch (error) {
        // What the file now ends in is unknown: go on in another one, and read this one up to its last whole frame.
        this.#active = undefined;
        throw error;
      }
      if (segment.fileBytes >= this.#limits.segmentBytes) await this.#seal();
      return this.#enforceCap();
    });
  }

  /** Closes the open segment: nothing more is expected. */
  async seal(): Promise<void> {
    await this.#exclusive(() => this.#seal());
  }

  /** Removes segments whose events are all older than `cutoffMs`. */
  async removeBefore(cutoffMs: number): Promise<void> {
    await this.#exclusive(async () => {
      await this.#load();
      if (this.#active !== undefined && this.#active.maxTimestampMs < cutoffMs) await this.#seal();
      const expired = this.#segments.filter(
        (segment) => segment !== this.#active && segment.maxTimestampMs < cutoffMs,
      );
      for (const segment of expired) await this.#remove(segment);
    });
  }

  /** Removes the stream from the disk. */
  async removeAll(): Promise<void> {
    await this.#exclusive(async () => {
      if (this.#active !== undefined) await this.#descriptors.close(this.path(this.#active));
      this.#active = undefined;
      this.#segments = [];
      this.#loaded = true;
      await rm(this.directory, { recursive: true, force: true });
    });
  }

  async #load(): Promise<void> {
    if (this.#loaded) return;
    const found: SegmentInfo[] = [];
    for (const name of await namesIn(this.directory)) {
      const parsed = parseSegmentName(name);
      if (parsed === undefined) continue;
      if (parsed.sealed) found.push(parsed.info);
      else if (await this.#recover(parsed.info)) found.push(parsed.info);
    }
    this.#segments = found.sort((a, b) => a.firstArrival - b.firstArrival);
    this.#loaded = true;
  }

  /** A segment left open, mostly by a process that is gone: cut off its torn tail and seal it. */
  async #recover(info: SegmentInfo): Promise<boolean> {
    const path = this.path(info);
    await this.#descriptors.close(path);
    await scanSegment(path, info);
    if (info.count === 0) {
      await unlink(path);
      return false;
    }
    await truncate(path, info.fileBytes);
    const name = sealedName(info);
    await rename(path, join(this.directory, name));
    info.fileName = name;
    return true;
  }

  #segmentFor(frames: readonly Buffer[]): SegmentInfo {
    if (this.#active !== undefined) return this.#active;
    const first = frames[0] === undefined ? undefined : readFrameHeader(frames[0], 0);
    this.#active = openSegment(first?.firstArrival ?? 0);
    this.#segments.push(this.#active);
    this.#directorySynced = false;
    return this.#active;
  }

  async #append(segment: SegmentInfo, frames: readonly Buffer[], sync: boolean): Promise<void> {
    await this.#descriptors.use(this.path(segment), async (file) => {
      await file.appendFile(
        frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames),
      );
      if (sync) await file.datasync();
    });
    for (const frame of frames) {
      const header = readFrameHeader(frame, 0);
      if (header !== undefined) addFrame(segment, header, FRAME_HEADER_BYTES + header.bodyBytes);
    }
    if (sync && !this.#directorySynced) await this.#syncDirectories();
  }

  /** A new file is safe only when the directories that lead to it are: the stream's, its shard and the root. */
  async #syncDirectories(): Promise<void> {
    const shard = dirname(this.directory);
    for (const path of [this.directory, shard, dirname(shard)]) {
      await using handle = await open(path, 'r');
      await handle.sync();
    }
    this.#directorySynced = true;
  }

  async #seal(): Promise<void> {
    const segment = this.#active;
    if (segment === undefined) return;
    this.#active = undefined;
    const path = this.path(segment);
    await this.#descriptors.close(path);
    const name = sealedName(segment);
    await rename(path, join(this.directory, name));
    segment.fileName = name;
  }

  async #enforceCap(): Promise<Removed> {
    let size = this.#segments.reduce((sum, segment) => sum + segment.fileBytes, 0);
    const removed = { count: 0, bytes: 0 };
    while (size > this.#limits.streamBytes) {
      const oldest = this.#segments[0];
      if (oldest === undefined || oldest === this.#active) break;
      await this.#remove(oldest);
      size -= oldest.fileBytes;
      removed.count += oldest.count;
      removed.bytes += oldest.messageBytes;
    }
    return removed;
  }

  async #remove(segment: SegmentInfo): Promise<void> {
    this.#segments = this.#segments.filter((other) => other !== segment);
    await unlink(this.path(segment)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    const result = this.#last.then(task).finally(() => (this.#underWay -= 1));
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** A stream that was never written has no directory; any other failure is one. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
