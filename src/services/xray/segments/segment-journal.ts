import type { Clock } from '../../../model/clock.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { ServiceRoles } from '../../../model/service-roles.ts';
import type { SegmentDelivery, TraceSink } from '../../../model/trace-sink.ts';
import { BatchedWrites } from '../../../store/batched-writes.ts';
import type { Store } from '../../../store/store.ts';
import { isProblem, type ReceivedSegment, readSegment } from './segment-document.ts';
import { type Place, type SegmentRow, writeSegments } from './segment-rows.ts';

export interface SegmentJournalOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly roles: Pick<ServiceRoles, 'check'>;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
  /** So many bytes more are kept. */
  readonly onKept: (bytes: number) => void;
}

/** What nobody waits for goes to disk together with what comes so soon after it. */
const GATHER_MS = 50;
/** While the disk is so far behind, segments that nobody waits for are dropped. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;

/** Brings segments to disk: those of functions by and by, those of callers before they are answered. */
export class SegmentJournal implements TraceSink {
  readonly #options: SegmentJournalOptions;
  readonly #writes: BatchedWrites<SegmentRow, undefined>;
  /** Told of once. */
  readonly #refused = new Set<string>();
  #gathered: SegmentRow[] = [];
  #waitingBytes = 0;
  #hasToldDrops = false;
  #timer: NodeJS.Timeout | undefined;
  #writing = new Set<Promise<void>>();

  constructor(options: SegmentJournalOptions) {
    this.#options = options;
    this.#writes = new BatchedWrites({
      store: options.store,
      size: ({ bytes }) => bytes,
      write: async (tx, rows) => {
        await writeSegments(tx, rows);
        return rows.map(() => undefined);
      },
    });
  }

  put(delivery: SegmentDelivery): void {
    if (!this.#isAllowed(delivery)) return;
    for (const document of delivery.documents) {
      const segment = readSegment(document);
      if (!isProblem(segment)) this.#gather(this.#row(delivery, segment, delivery.isLambdas));
    }
  }

  /** Resolves when they are on disk. */
  async add(place: Place, segments: readonly ReceivedSegment[]): Promise<void> {
    const rows = segments.map((segment) => this.#row(place, segment, false));
    await Promise.all(rows.map(async (row) => await this.#write(row)));
  }

  /** Resolves when everything that was sent so far is on disk, or lost. */
  async settled(): Promise<void> {
    this.#flush();
    await Promise.all(this.#writing);
  }

  /** Forgets what is not on disk. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
    this.#waitingBytes = 0;
    this.#refused.clear();
  }

  #isAllowed({ role: roleArn, accountId, functionArn }: SegmentDelivery): boolean {
    const action = 'xray:PutTraceSegments';
    const keys = { 'lambda:SourceFunctionArn': functionArn };
    const use = { roleArn, accountId, service: 'lambda.amazonaws.com', action, resource: '*', keys };
    try {
      this.#options.roles.check(use);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (!this.#refused.has(functionArn))
        this.#options.onNotice(`Segments of ${functionArn} are not kept: ${error.message}`);
      this.#refused.add(functionArn);
      return false;
    }
  }

  #gather(row: SegmentRow): void {
    if (this.#waitingBytes + row.bytes > MOST_WAITING_BYTES) return this.#drop();
    this.#waitingBytes += row.bytes;
    this.#gathered.push(row);
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = this.#gathered;
    this.#gathered = [];
    for (const row of rows) {
      const written: Promise<void> = this.#write(row)
        .catch((error: unknown) => this.#options.onNotice(`Segments could not be kept: ${String(error)}`))
        .finally(() => {
          this.#waitingBytes = Math.max(0, this.#waitingBytes - row.bytes);
          this.#writing.delete(written);
        });
      this.#writing.add(written);
    }
  }

  async #write(row: SegmentRow): Promise<void> {
    await this.#writes.add(row);
    this.#options.onKept(row.bytes);
  }

  #drop(): void {
    if (!this.#hasToldDrops)
      this.#options.onNotice('Segments come faster than they can be written: some are dropped.');
    this.#hasToldDrops = true;
  }

  #row({ accountId, region }: Place, segment: ReceivedSegment, isLambdas: boolean): SegmentRow {
    return {
      account_id: accountId,
      region,
      trace_id: segment.traceId,
      id: segment.id,
      is_lambdas: isLambdas ? 1 : 0,
      trace_start_ms: segment.traceStartMs,
      received_at_ms: this.#options.clock.now(),
      ended_at_ms: segment.endedAtMs,
      bytes: Buffer.byteLength(segment.document),
      document: segment.document,
    };
  }
}
