/** How a function ran, for its segment. Milliseconds. */
export interface FunctionRun {
  /** By the machine's clock, since the Unix epoch: when the event went to the runtime. */
  readonly startedAtMs: number;
  /** From there to the result. */
  readonly resultMs: number;
  /** From there to when nothing more was to do. */
  readonly endMs: number;
  readonly initDurationMs: number | undefined;
  readonly restoreDurationMs: number | undefined;
  /** JSON that the runtime sent beside an error, to be shown of it. */
  readonly errorCause: string | undefined;
}

/** An invocation that X-Ray hears of. */
export interface InvocationTrace {
  /** ID of the trace: `1-<8 hex>-<24 hex>`. */
  readonly root: string;
  /** ID of the function's segment, which is the `Parent` of what the function does. */
  readonly segmentId: string;
  /** The environment is done with it. */
  ran(run: FunctionRun): void;
}
