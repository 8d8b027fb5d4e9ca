/** What is stored for a version or alias with provisioned concurrency. Plain JSON: it is kept as a text column. */
export interface StoredProvisionedConcurrency {
  readonly requested: number;
  /** Platform time of the last Put, milliseconds since the Unix epoch. */
  readonly lastModifiedMs: number;
}

/** How far the platform has got with it. Not stored: environments do not survive a restart either. */
export interface ProvisionedStatus {
  /** Environments that are initialised. */
  readonly allocated: number;
  /** Those of them that take invokes: none before all are initialised for the first time. */
  readonly available: number;
  readonly status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  /** Set when it has failed. */
  readonly reason: string | undefined;
}

/** The part of a stored row this module can read. */
interface ProvisionedRow {
  readonly configuration: string;
}

export function provisionedConcurrencyOf(row: ProvisionedRow): StoredProvisionedConcurrency {
  return JSON.parse(row.configuration) as StoredProvisionedConcurrency;
}

/**
 * How an alias that splits traffic splits its environments: by weight, and at least one for each version that gets
 * traffic while there are two to give.
 * @param weight share of the second version, 0 to 1
 */
export function secondShare(requested: number, weight: number): number {
  if (weight <= 0) return 0;
  if (weight >= 1) return requested;
  const share = Math.round(requested * weight);
  return requested < 2 ? share : Math.min(Math.max(share, 1), requested - 1);
}
