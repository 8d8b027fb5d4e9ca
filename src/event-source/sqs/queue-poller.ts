import type { Clock } from '../../model/clock.ts';
import type { QueueConsumer } from '../../model/queue-ports.ts';
import type { StoredMapping } from '../../model/stored-event-source-mapping.ts';
import { BatchLoop } from '../batch-loop.ts';
import type { FunctionDoor } from '../function-door.ts';
import type { MappingMeter } from '../mapping-meter.ts';
import type { Poller } from '../poller.ts';
import { recordFilter } from '../record-filter.ts';
import { concurrencyBounds, PollConcurrency } from './poll-concurrency.ts';
import { QueueDriver } from './queue-driver.ts';
import type { QueueRecord } from './queue-record.ts';

export interface QueuePollerOptions {
  readonly clock: Clock;
  readonly queues: QueueConsumer;
  readonly door: FunctionDoor;
  /** What the function has for one run, now; undefined: it is gone. */
  readonly functionTimeoutMs: () => number | undefined;
  readonly onProblem: (problem: string | undefined) => void;
  readonly meter: MappingMeter;
}

/** Polls a queue for a mapping. All there is to remember is in the queue. */
export class QueuePoller implements Poller {
  readonly #loop: BatchLoop<QueueRecord>;

  constructor({ kind, settings }: StoredMapping, options: QueuePollerOptions) {
    const windowMs = (settings.MaximumBatchingWindowInSeconds ?? 0) * 1000;
    const driver = new QueueDriver({
      ...options,
      queueArn: settings.EventSourceArn ?? '',
      isFifo: kind === 'sqs-fifo',
      windowMs,
      concurrency: new PollConcurrency(concurrencyBounds(settings)),
    });
    this.#loop = new BatchLoop(
      {
        ...options,
        batchSize: settings.BatchSize ?? 10,
        windowMs,
        reportsFailures: settings.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
        filter: recordFilter(settings),
      },
      driver,
    );
  }

  async start(): Promise<void> {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }
}
