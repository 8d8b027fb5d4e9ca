/** Between the start of `performance` and that of the machine's clock, milliseconds. */
const BEGAN_AT_MS = Math.max(...Array.from({ length: 5 }, beganAtMs));

/** Too low where something comes in between. */
function beganAtMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000 - performance.now();
}

/** Of the machine's clock that nobody sets (CLOCK_MONOTONIC), milliseconds: the same in every process that shares the machine's kernel. */
export function monotonicMs(): number {
  return BEGAN_AT_MS + performance.now();
}
