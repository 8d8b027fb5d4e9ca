import type { SamplingAnswer, SamplingQuestion, SegmentDelivery, TraceDoor } from '../../model/trace-sink.ts';

/** Segments wait so long to go together. */
const GATHER_MS = 20;
/** While the main process is so far behind, they are dropped. */
const MOST_BACKLOG_BYTES = 16 * 1024 * 1024;

export interface WorkerSegmentsParts {
  readonly send: (deliveries: readonly SegmentDelivery[]) => void;
  readonly backlogBytes: () => number;
  readonly ask: (question: SamplingQuestion) => Promise<SamplingAnswer>;
}

/** Segments of this process's functions, which the main process keeps. */
export class WorkerSegments implements TraceDoor {
  readonly #parts: WorkerSegmentsParts;
  #gathered: SegmentDelivery[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: WorkerSegmentsParts) {
    this.#parts = parts;
  }

  put(delivery: SegmentDelivery): void {
    if (this.#parts.backlogBytes() > MOST_BACKLOG_BYTES) return;
    this.#gathered.push(delivery);
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  async sampling(question: SamplingQuestion): Promise<SamplingAnswer> {
    return await this.#parts.ask(question);
  }

  /** Sends what has been gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = [];
    if (gathered.length > 0) this.#parts.send(gathered);
  }
}
