/** A unit of concurrency that was taken. Release it once. */
export interface ConcurrencyLease {
  release(): void;
}
