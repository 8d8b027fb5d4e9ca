import { readFileSync, readdirSync } from 'node:fs';

/** Of `/proc/<pid>/stat`, counted from behind the program's name. */
const STATE_FIELD = 0;
const GROUP_FIELD = 2;
/** A process that is about to be killed may just have made another. */
const MOST_ROUNDS = 5;

/**
 * Kills what has left the process group it was started in: a daemon in a session of its own, which no kill of the group
 * reaches. Such are known by their variables, one of which is the sandbox's mark unless somebody changed it. Linux only:
 * elsewhere nobody may read them.
 * @param marks whole variables, `NAME=value`, that nothing outside the sandboxes has
 * @param livingGroups those that are spared
 */
export function killLeftovers(marks: readonly string[], livingGroups: ReadonlySet<number>): void {
  if (process.platform !== 'linux' || marks.length === 0) return;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = readdirSync('/proc').filter((name) => isLeftover(name, marks, livingGroups));
    if (found.length === 0) return;
    for (const pid of found) kill(Number(pid));
  }
}

function isLeftover(pid: string, marks: readonly string[], livingGroups: ReadonlySet<number>): boolean {
  const first = pid.charCodeAt(0);
  if (first < 0x30 || first > 0x39 || Number(pid) === process.pid) return false;
  try {
    const variables = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
    if (!marks.some((mark) => variables.includes(`\0${mark}\0`))) return false;
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[STATE_FIELD] !== 'Z' && !livingGroups.has(Number(fields[GROUP_FIELD]));
  } catch {
    // Of another user, or gone meanwhile.
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
