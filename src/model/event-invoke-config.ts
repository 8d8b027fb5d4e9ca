/** Stored for one version, alias or `$LATEST`. Plain JSON: it is kept as a text column. Absent members were never set. */
export interface StoredEventInvokeConfig {
  /** 0 to 2 */
  readonly maximumRetryAttempts?: number;
  /** 60 to 21,600 */
  readonly maximumEventAgeSeconds?: number;
  /** ARN of what gets the record of a success. */
  readonly onSuccess?: string;
  /** ARN of what gets the record of an event that came to nothing. */
  readonly onFailure?: string;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly lastModifiedMs: number;
}

/** How long and how often an event is tried. */
export interface RetryRules {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeMs: number;
}

const DEFAULT_RETRY_ATTEMPTS = 2;
const DEFAULT_EVENT_AGE_SECONDS = 21_600;

/** Lambda's defaults where nothing was set. */
export function retryRules(config: StoredEventInvokeConfig | undefined): RetryRules {
  return {
    maximumRetryAttempts: config?.maximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS,
    maximumEventAgeMs: (config?.maximumEventAgeSeconds ?? DEFAULT_EVENT_AGE_SECONDS) * 1000,
  };
}
