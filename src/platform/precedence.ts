import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

const NICENESS = -10;

/**
 * Has the kernel wake this process, which feeds all functions, before whatever else wants the processor: it works for
 * some microseconds at a time. Only root may, and only some containers' root; a niceness that an operator chose stays.
 */
export function takePrecedence(): void {
  try {
    if (getPriority() !== 0) return;
    for (const thread of threads()) setPriority(thread, NICENESS);
  } catch {
    // Not allowed: it waits its turn.
  }
}

/**
 * Each has a niceness of its own, and passes it on. The main thread waits for those that help it to collect garbage:
 * without precedence they kept it waiting for tens of milliseconds. 0 is the thread that asks.
 */
function threads(): number[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [0];
}
