import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Clock } from '../../model/clock.ts';
import type { BackupWatch } from '../backup-watch.ts';
import { forEachConcurrently } from './concurrently.ts';
import { DescriptorCache } from './descriptor-cache.ts';
import type { LogHost } from './log-host.ts';
import { DEFAULT_LOG_LIMITS, type LogLimits } from './log-limits.ts';
import type { MergedEvent } from './merge-events.ts';
import { OpenStreams } from './open-streams.ts';
import { overlaps, type ReadRange, readEvents } from './read-events.ts';
import type { FilesOnDisk } from './remembered-files.ts';
import { SpareFrames } from './spare-frames.ts';
import { StreamFiles } from './stream-files.ts';
import { StreamLog } from './stream-log.ts';
import { type StreamSummary, summarise } from './stream-summary.ts';
import { WriteScheduler } from './write-scheduler.ts';

const ROOM_LOOK_MS = 10;
const ROOM_LOOKS = 100;
const NOTHING_YET: FilesOnDisk = { segments: [], active: undefined };

export interface LogSegmentsOptions {
  /** `<dataDir>/logs`; created when missing. */
  readonly directory: string;
  readonly clock: Clock;
  readonly limits?: Partial<LogLimits>;
  readonly backups?: Pick<BackupWatch, 'putsOff'>;
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
  readonly #backups: LogSegmentsOptions['backups'];
  readonly #host: LogHost;
  readonly #descriptors: DescriptorCache;
  readonly #streams: OpenStreams;
  /** Streams that take events while their rows are being written. */
  readonly #unplaced = new Map<StreamLog, PromiseWithResolvers<void>>();
  /** Continues behind every number an earlier process gave out, as long as wall time did not go back. */
  #nextArrival = Date.now() * 1000;

  constructor(options: LogSegmentsOptions) {
    const limits = { ...DEFAULT_LOG_LIMITS, ...options.limits };
    this.#root = options.directory;
    this.#backups = options.backups;
    this.#descriptors = new DescriptorCache(limits.openFiles);
    this.#streams = new OpenStreams(limits, (directory, known) => this.#make(directory, known));
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
    const open = this.#streams.get(directory);
    if (open === undefined) {
      const known = isNew ? NOTHING_YET : this.#streams.takeKnown(directory);
      this.#streams.add(directory, log);
      log.place(this.#filesOf(directory, known));
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

  /** The stream of a row, for who appends at once: it may be forgotten later on. Who comes to stay takes one from `create`. */
  open(directory: string): StreamLog {
    return this.#streams.open(directory);
  }

  /** How many streams take memory, and which way. */
  get counts(): OpenStreams['counts'] {
    return this.#streams.counts;
  }

  async summary(directory: string): Promise<StreamSummary> {
    const [summary] = await this.summaries([directory]);
    return summary ?? summarise([]);
  }

  /** The same for many streams, in order. */
  async summaries(directories: readonly string[]): Promise<StreamSummary[]> {
    const known = directories.map((directory) => this.#streams.known(directory));
    using others = this.#streams.hold(directories.filter((_, index) => known[index] === undefined));
    await others.settle();
    const rest = others.logs.values();
    return known.map((files) => summarise((files ?? rest.next().value?.files)?.segments ?? []));
  }

  /** Events of several streams in one order: everything that was appended before the call, nothing after. */
  async *read<Source>(
    streams: readonly StreamToRead<Source>[],
    range: Omit<ReadRange, 'horizon'>,
  ): AsyncGenerator<MergedEvent<Source>[], void, undefined> {
    // Cut all in one go: an event that is not seen by this read is younger than every event that is.
    for (const { directory } of streams) this.#streams.get(directory)?.cut();
    const horizon = this.#nextArrival;
    const inRange = { ...range, horizon };
    // Nothing is on its way into a stream that nobody uses: it need not be opened to be left out.
    const wanted = streams.filter(({ directory }) => {
      const known = this.#streams.known(directory);
      return known === undefined || known.segments.some((segment) => overlaps(segment, inRange));
    });
    using held = this.#streams.hold(wanted.map((stream) => stream.directory));
    await held.settle();
    const sources = wanted.flatMap(({ source }, index) => {
      const files = held.logs[index]?.files;
      return files === undefined ? [] : [{ source, files }];
    });
    yield* readEvents(sources, inRange);
  }

  /** Removes streams' events; their rows are gone already. From this call on nothing more is written. */
  async remove(directories: readonly string[]): Promise<void> {
    for (const directory of directories) this.open(directory).discard();
    const again = (): void => {
      this.remove(directories).catch((error: unknown) => this.#host.reportWriteError(error));
    };
    if (await this.#backups?.putsOff(again)) return;
    const logs = directories.map((directory) => this.open(directory));
    await forEachConcurrently(logs, async (log) => await log.files?.removeAll());
    for (const directory of directories) this.#streams.delete(directory);
  }

  /** Removes the segments of a stream that hold nothing younger than `cutoffMs`. */
  async removeBefore(directory: string, cutoffMs: number): Promise<void> {
    using stream = this.#streams.hold([directory]);
    await stream.settle();
    await stream.logs[0]?.files?.removeBefore(cutoffMs);
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
    return lists.flat().filter((directory) => this.#streams.get(directory) === undefined);
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
    this.#streams.discardAll();
    await this.#host.scheduler.flush();
    await this.#descriptors.closeAll();
    const trash = `${this.#root}.${randomBytes(4).toString('hex')}`;
    await rename(this.#root, trash).catch(() => undefined);
    await mkdir(this.#root, { recursive: true });
    await rm(trash, { recursive: true, force: true });
  }

  #make(directory: string, known: FilesOnDisk | undefined): StreamLog {
    const log = new StreamLog(this.#host, false);
    log.place(this.#filesOf(directory, known));
    return log;
  }

  #filesOf(directory: string, known: FilesOnDisk | undefined): StreamFiles {
    return new StreamFiles(join(this.#root, directory), known, this.#host.limits, this.#descriptors);
  }

  #forgetUnplaced(log: StreamLog): void {
    this.#unplaced.get(log)?.resolve();
    this.#unplaced.delete(log);
  }
}
