/** Polls for one mapping, as it was when the poller was made. */
export interface Poller {
  /** Resolves when it is settled what will be polled; problems are no reason not to. */
  start(): Promise<void>;
  /** Takes nothing more and resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/** What a poller tells of its work, shown as LastProcessingResult. */
export type ReportResult = (result: string) => void;
