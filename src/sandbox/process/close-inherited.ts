import { closeSync, readFileSync, readdirSync } from 'node:fs';

/** O_CLOEXEC, which Node.js has no name for. */
const CLOSE_ON_EXEC = 0o2_000_000;

/**
 * Whoever started the platform may have left descriptors open that are inherited on and on: Node.js marks only the first
 * few as its own. Functions must not get them.
 */
export function closeInherited(): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd').filter((fd) => Number(fd) > 2)) {
    try {
      const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1'))?.[1];
      if ((Number.parseInt(flags ?? '0', 8) & CLOSE_ON_EXEC) === 0) closeSync(Number(name));
    } catch {
      // The one that listed them has gone.
    }
  }
}
