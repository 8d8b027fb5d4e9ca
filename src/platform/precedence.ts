import { getPriority, setPriority } from 'node:os';

const NICENESS = -10;

/**
 * Has the kernel wake this process, which feeds all functions, before whatever else wants the processor: it works for
 * some microseconds at a time. Only root may, and only some containers' root; a niceness that an operator chose stays.
 */
export function takePrecedence(): void {
  try {
    if (getPriority() === 0) setPriority(NICENESS);
  } catch {
    // Not allowed: it waits its turn.
  }
}
