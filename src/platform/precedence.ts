import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
    if (ownsSession()) writeFileSync('/proc/self/autogroup', String(NICENESS));
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

/**
 * Where the kernel shares processors out to sessions first (`autogroup`), a niceness counts within one only, and a session has its
 * own. This one is the platform's if it leads it, as a service does: a shell's other programs are not to take precedence.
 */
function ownsSession(): boolean {
  if (process.platform !== 'linux') return false;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === process.pid;
}
