import { readFileSync, readlinkSync } from 'node:fs';

const NAME = /^lambent-(\d+)-(\d+)-(\d+)-\d+$/;
/** Of `/proc/<pid>/stat`, counted from behind the program's name: when the process was started. */
const START_TIME_FIELD = 19;

let named = 0;

/**
 * A name for groups of this process, by which any later one sees whether it still lives. A data directory's name would
 * not do: that of an ephemeral platform never comes back, and its groups would stay.
 */
export function platformName(): string {
  named += 1;
  return `lambent-${processNamespace()}-${process.pid}-${startTime(process.pid)}-${named}`;
}

export function isPlatformName(name: string): boolean {
  return NAME.test(name);
}

/** The group is one of a platform that is no more. Of another container's platforms nothing is known from here. */
export function isAbandoned(name: string): boolean {
  const [, namespace, pid, started] = NAME.exec(name) ?? [];
  return namespace === processNamespace() && startTime(Number(pid)) !== started;
}

function processNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
}

/** Ticks since the machine was started, which with its number identifies a process; undefined when there is none. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD];
  } catch {
    return undefined;
  }
}
