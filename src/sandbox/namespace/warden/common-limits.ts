import { readFileSync, writeFileSync } from 'node:fs';
import { limitOwn, ownLimit } from '../kernel/process-limits.ts';
import { MOST_SIGNALS } from '../program-limits.ts';

/** With one byte, and only then, the kernel writes no core and starts no program of the host for it either. */
const CORE_BYTES = 1n;
const OWN_USERS = '/proc/sys/user';
const INOTIFY: Readonly<Record<string, string>> = {
  max_inotify_instances: 'max_user_instances',
  max_inotify_watches: 'max_user_watches',
};

/**
 * Limits on what the kernel counts for each of its users or hands to programs of the host. What is started from here inherits
 * them. All of it as far as this process may: a limit that is lower holds as well.
 */
export function limitWhatStarts(): void {
  attempt(() => limitOwn('core', CORE_BYTES));
  if (hasUsersOfItsOwn()) leaveHalf();
  else attempt(() => limitOwn('pendingSignals', BigInt(MOST_SIGNALS)));
}

/** Functions are the same user on the host as the platform, and as whoever works there: half of what that has is left to them. */
function leaveHalf(): void {
  // A user namespace that is made now has it as the limit for all there are in this one.
  attempt(() => limitOwn('pendingSignals', ownLimit('pendingSignals') / 2n));
  for (const [own, ofAll] of Object.entries(INOTIFY))
    attempt(() => {
      const most = Number(readFileSync(`/proc/sys/fs/inotify/${ofAll}`, 'latin1'));
      writeFileSync(`${OWN_USERS}/${own}`, String(Math.floor(most / 2)));
    });
}

/** In a user namespace that was made for it by an ordinary user there is none but that one. */
function hasUsersOfItsOwn(): boolean {
  return /^\s*0\s+[1-9]\d*\s+1\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));
}

function attempt(limit: () => void): void {
  try {
    limit();
  } catch {
    // It stays as it was.
  }
}
