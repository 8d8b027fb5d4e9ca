/** GET /_lambent/health. */
export interface Health {
  readonly status: string;
  readonly version: string;
  readonly uptimeMs: number;
  readonly isolation: string;
  /** Why it is that level and no stronger one. */
  readonly isolationReason: string;
  readonly store: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly functions: number;
  readonly environments: { readonly starting: number; readonly idle: number; readonly busy: number };
  readonly prepared: readonly KeptAhead[];
  readonly spareSandboxes: readonly KeptAhead[];
  readonly invocations: number;
  readonly workersAtMost: number;
  readonly workers: readonly object[];
  readonly warnings: readonly string[];
}

/** What is made ahead of need, of one kind. */
export interface KeptAhead {
  readonly ready: number;
  readonly wanted: number;
}

/** One of GET /_lambent/environments. */
export interface EnvironmentRecord {
  readonly id: string;
  readonly functionArn: string;
  readonly version: string;
  readonly state: string;
  readonly isolation: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly memoryMb: number;
  readonly memoryPeakBytes: number;
}

/** One of GET /_lambent/event-source-mappings. */
export interface MappingFacts {
  readonly uuid: string;
  readonly isPolling: boolean;
  readonly polledEventCount: number;
  readonly filteredOutEventCount: number;
  readonly invokedEventCount: number;
  readonly failedInvokeEventCount: number;
  readonly droppedEventCount: number;
  /** Only where a stream is read. */
  readonly iteratorAgeMs?: number;
}

/** GET /_lambent/events: what was accepted for a function and is not done with. */
export interface FunctionEvents {
  readonly waiting: number;
  readonly inHand: number;
  readonly retrying: number;
  readonly events: readonly {
    readonly requestId: string;
    readonly state: string;
    readonly attempts: number;
    readonly acceptedAt: string;
    readonly dueAt: string | null;
  }[];
}

/** One of GET /_lambent/runtimes. */
export interface RuntimeFacts {
  readonly runtime: string;
  readonly interpreter: {
    readonly path: string;
    readonly version: string;
    readonly origin: 'installed' | 'bundled' | 'machine';
  } | null;
  /** When the interpreter is of another version than the runtime's. */
  readonly warning: string | null;
  /** Why it cannot run here. */
  readonly problem: string | null;
  /** What to do about the warning or the problem. */
  readonly remedy: string | null;
}

/** What the commands use of Lambda's FunctionConfiguration. */
export interface FunctionConfiguration {
  readonly FunctionName: string;
  readonly FunctionArn?: string;
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly Role?: string;
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly CodeSize?: number;
  readonly CodeSha256?: string;
  /** MB. */
  readonly MemorySize?: number;
  /** Seconds. */
  readonly Timeout?: number;
  readonly LastModified?: string;
  readonly State?: string;
  readonly StateReason?: string;
  readonly LastUpdateStatus?: string;
  readonly LastUpdateStatusReason?: string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly LoggingConfig?: { readonly LogGroup?: string };
}

export interface LogEvent {
  readonly eventId: string;
  readonly logStreamName: string;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
  readonly message: string;
}

export interface InvokeResult {
  readonly statusCode: number;
  readonly executedVersion: string | undefined;
  /** `Handled` or `Unhandled` when the function failed. */
  readonly functionError: string | undefined;
  readonly payload: string;
  /** The end of the invocation's log, where it was asked for. */
  readonly logTail: string | undefined;
}

export interface ClockReading {
  /** ISO 8601. */
  readonly now: string;
  readonly nowMs: number;
  readonly frozen: boolean;
}
