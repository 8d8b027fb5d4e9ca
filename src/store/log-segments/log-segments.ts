import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Clock } from '../../model/clock.ts';
import { forEachConcurrently } from './concurrently.ts';
import { DescriptorCache } from './descriptor-cache.ts';
import type { LogHost } from './log-host.ts';
import { DEFAULT_LOG_LIMITS, type LogLimits } from './log-limits.ts';
import type { MergedEvent } from './merge-events.ts';
import { type ReadRange, readEvents } from './read-events.ts';
import { SpareFrames } from './spare-frames.ts';
import { StreamFiles } from './stream-files.ts';
import { StreamLog } from './stream-log.ts';
import { type StreamSummary, summarise } from './stream-summary.ts';
import { WriteScheduler } from './write-scheduler.ts';

const ROOM_LOOK_MS = 10;
const ROOM_LOOKS = 100;

export interface LogSegmentsOptions {
  /** `<dataDir>/logs`; created when missing. */
  readonly directory: string;
  readonly clock: Clock;
  readonly limits?: Partial<LogLimits>;
  /** Hears of writes that the disk refused; the streams count and tell the loss themselves. */
  readonly onWriteError?: (error: unknown) => void;
}

/** One stream of a read, with whatever the reader wants to find it by. */
export interface StreamToRead<Source> {
  readonly source: Source;
  /** As in the stream's row. */
  readonly directory: string;
}

/** Log events on disk, one directory of segment files for each stream. */
export class LogSegments {
  readonly #root: string;
  readonly #host: LogHost;
  readonly #descriptors: DescriptorCache;
  readonly #logs = new Map<string, StreamLog>();
  /** Streams that take events while their rows are being written. */
  readonly #unplaced = new Map<StreamLog, PromiseWithResolvers<void>>();
  /** Continues behind every number an earlier process gave out, as long as wall time did not go back. */
  #nextArrival = Date.now() * 1000;

  constructor(options: LogSegmentsOptions) {
    const limits = { ...DEFAULT_LOG_LIMITS, ...options.limits };
    this.#root = options.directory;
    this.#descriptors = new DescriptorCache(limits.openFiles);
    this.#host = {
      limits,
      scheduler: new WriteScheduler(limits.flushIntervalMs, limits.concurrentWrites),
      spareFrames: new SpareFrames(),
      bufferedBytes: 0,
      now: () => options.clock.now(),
      takeArrivals: (count) => {
        const first = this.#nextArrival;
        this.#nextArrival += count;
        return first;
      },
      reportWriteError: (error) => options.onWriteError?.(error),
    };
  }

  /** A name for a new stream's directory, for its row. */
  newDirectory(): string {
    const id = randomBytes(12).toString('hex');
    return `${id.slice(0, 2)}/${id}`;
  }

  /** A stream whose row is not written yet: takes events at once and keeps them in memory until `place`. */
  create(): StreamLog {
    const log = new StreamLog(this.#host, true);
    this.#unplaced.set(log, Promise.withResolvers());
    return log;
  }

  /**
   * The row of a stream from `create` is written.
   * @param isNew nothing is in this directory yet
   * @returns the stream to append to from now on: another one when the directory was open already
   */
  place(log: StreamLog, directory: string, isNew: boolean): StreamLog {
    const open = this.#logs.get(directory);
    if (open === undefined) {
      this.#remember(directory, log);
      log.place(this.#filesOf(directory, isNew));
    } else {
      open.absorb(log);
    }
    this.#forgetUnplaced(log);
    return open ?? log;
  }

  /** Gives up a stream from `create` that will get no row. */
  abandon(log: StreamLog): void {
    log.discard();
    this.#forgetUnplaced(log);
  }

  /** Resolves when every stream that takes events now has its row. */
  async placed(): Promise<void> {
    await Promise.all([...this.#unplaced.values()].map((waiting) => waiting.promise));
  }

  /** The stream of a row. */
  open(directory: string, isNew = false): StreamLog {
    const known = this.#logs.get(directory);
    if (known !== undefined) return known;
    const log = new StreamLog(this.#host, false);
    log.place(this.#filesOf(directory, isNew));
    this.#remember(directory, log);
    return log;
  }

  async summary(directory: string): Promise<StreamSummary> {
    const [log] = await this.#settled([directory]);
    return summarise(log?.files?.segments ?? []);
  }

  /** The same for many streams, in order. */
  async summaries(directories: readonly string[]): Promise<StreamSummary[]> {
    const logs = await this.#settled(directories);
    return logs.map((log) => summarise(log.files?.segments ?? []));
  }

  /** Events of several streams in one order: everything that was appended before the call, nothing after. */
  async *read<Source>(
    streams: readonly StreamToRead<Source>[],
    range: Omit<ReadRange, 'horizon'>,
  ): AsyncGenerator<MergedEvent<Source>[], void, undefined> {
    // Cut all in one go: an event that is not seen by this read is younger than every event that is.
    for (const { directory } of streams) this.#logs.get(directory)?.cut();
    const horizon = this.#nextArrival;
    const logs = await this.#settled(streams.map((stream) => stream.directory));
    const sources = streams.flatMap(({ source }, index) => {
      const files = logs[index]?.files;
      return files === undefined ? [] : [{ source, files }];
    });
    yield* readEvents(sources, { ...range, horizon });
  }

  /** Removes streams' events; their rows are gone already. From this call on nothing more is written. */
  async remove(directories: readonly string[]): Promise<void> {
    const logs = directories.map((directory) => this.open(directory));
    for (const log of logs) log.discard();
    await forEachConcurrently(logs, async (log) => await log.files?.removeAll());
    for (const directory of directories) this.#logs.delete(directory);
  }

  /** Removes the segments of a stream that hold nothing younger than `cutoffMs`. */
  async removeBefore(directory: string, cutoffMs: number): Promise<void> {
    const log = this.open(directory);
    await log.settle();
    await log.files?.removeBefore(cutoffMs);
  }

  /** Directories on disk that no stream has open: of those, the ones without a row are left over from a crash. */
  async listClosed(): Promise<string[]> {
    const shards = await readdir(this.#root).catch(() => []);
    const lists = await Promise.all(
      shards.map(async (shard) => {
        const names = await readdir(join(this.#root, shard)).catch(() => []);
        return names.map((name) => `${shard}/${name}`);
      }),
    );
    return lists.flat().filter((directory) => !this.#logs.has(directory));
  }

  /**
   * Resolves when little of what was appended is still to be written: who has gathered events brings more then, so that none
   * is dropped. After a while it does so anyway: the disk may take nothing.
   */
  async room(): Promise<void> {
    const most = this.#host.limits.streamBufferBytes / 2;
    for (let look = 0; look < ROOM_LOOKS && this.#host.bufferedBytes > most; look += 1)
      await after(ROOM_LOOK_MS);
  }

  /** Writes everything that is buffered. */
  async flush(): Promise<void> {
    await this.#host.scheduler.flush();
  }

  /** Writes everything and closes all files. */
  async close(): Promise<void> {
    await this.flush();
    await this.#descriptors.closeAll();
  }

  /** Removes everything: at once out of sight, then from the disk. */
  async reset(): Promise<void> {
    for (const log of this.#logs.values()) log.discard();
    this.#logs.clear();
    await this.#host.scheduler.flush();
    await this.#descriptors.closeAll();
    const trash = `${this.#root}.${randomBytes(4).toString('hex')}`;
    await rename(this.#root, trash).catch(() => undefined);
    await mkdir(this.#root, { recursive: true });
    await rm(trash, { recursive: true, force: true });
  }

  /** The streams, with all they hold in their files. They may be forgotten meanwhile, so keep what this returns. */
  async #settled(directories: readonly string[]): Promise<StreamLog[]> {
    const logs = directories.map((directory) => this.open(directory));
    await forEachConcurrently(logs, async (log) => await log.settle());
    return logs;
  }

  #filesOf(directory: string, isNew: boolean): StreamFiles {
    return new StreamFiles(join(this.#root, directory), isNew, this.#host.limits, this.#descriptors);
  }

  #forgetUnplaced(log: StreamLog): void {
    this.#unplaced.get(log)?.resolve();
    this.#unplaced.delete(log);
  }

  #remember(directory: string, log: StreamLog): void {
    this.#logs.set(directory, log);
    if (this.#logs.size <= this.#host.limits.rememberedStreams) return;
    for (const [other, candidate] of this.#logs) {
      if (candidate === log || !candidate.isForgettable) continue;
      this.#logs.delete(other);
      return;
    }
  }
}
