/** What a mapping's poller has done with records. Counts are under the names AWS has for these metrics. */
export interface MappingFigures {
  /** Received from the source. */
  readonly polledEventCount: number;
  /** Kept from the function by filters. */
  readonly filteredOutEventCount: number;
  /** Handed to the function; each try counts. */
  readonly invokedEventCount: number;
  /** Handed over without success: the function failed, or did not run. */
  readonly failedInvokeEventCount: number;
  /** Given up, for their age or the number of tries. */
  readonly droppedEventCount: number;
  /** Taken by the destination for failures. */
  readonly onFailureDestinationDeliveredEventCount: number;
  /** Deleted from the queue after success. */
  readonly deletedEventCount: number;
  /**
   * How old the last record was of the batch that was handed over last, milliseconds; of the shard that is behind most.
   * Undefined for queues, and while no batch has been.
   */
  readonly iteratorAgeMs: number | undefined;
}

type Count = Exclude<keyof MappingFigures, 'iteratorAgeMs'>;

/** Counts for one mapping, for as long as this platform polls it. Times are the platform's. */
export class MappingMeter {
  readonly #counts: Record<Count, number> = {
    polledEventCount: 0,
    filteredOutEventCount: 0,
    invokedEventCount: 0,
    failedInvokeEventCount: 0,
    droppedEventCount: 0,
    onFailureDestinationDeliveredEventCount: 0,
    deletedEventCount: 0,
  };
  readonly #ages = new Map<string, number>();

  add(count: Count, events: number): void {
    this.#counts[count] += events;
  }

  /** A batch of the shard goes to the function, its last record so old. */
  handOver(shardId: string, ageMs: number): void {
    this.#ages.set(shardId, ageMs);
  }

  /** A shard that has ended is behind no more. */
  forget(shardId: string): void {
    this.#ages.delete(shardId);
  }

  figures(): MappingFigures {
    const iteratorAgeMs = this.#ages.size === 0 ? undefined : Math.max(...this.#ages.values());
    return { ...this.#counts, iteratorAgeMs };
  }
}
