import type { Clock } from '../../model/clock.ts';

/** Until somebody wakes it, so much platform time has passed, or the signal aborts. */
export async function waitForWake(
  clock: Clock,
  waitMs: number,
  signal: AbortSignal,
  onWake: (wake: () => void) => void,
): Promise<void> {
  if (signal.aborted || waitMs <= 0) return;
  await new Promise<void>((resolve) => {
    const cancel = waitMs === Infinity ? () => undefined : clock.schedule(waitMs, end);
    function end(): void {
      signal.removeEventListener('abort', end);
      cancel();
      resolve();
    }
    signal.addEventListener('abort', end);
    onWake(end);
  });
}
