import { readFileSync, readlinkSync } from 'node:fs';

/** With a number behind it where the process has several of the kind. */
const NAME = /^lambent-(\d+)-(\d+)-(\d+)(?:-\d+)?$/;
/** Of `/proc/<pid>/stat`, counted from behind the program's name: when the process was started. */
const START_TIME_FIELD = 19;

/**
 * Names what belongs to this process alone, so that any later one sees whether its owner still lives. A data directory's
 * name would not do: that of an ephemeral platform never comes back, and what it left would stay.
 */
export function processName(): string {
  return `lambent-${processNamespace()}-${process.pid}-${startTime(process.pid) ?? 0}`;
}

/** It is named after a process, living or not. */
export function namesProcess(name: string): boolean {
  return NAME.test(name);
}

/**
 * It is named after a process that is no more. Of those in another container nothing is known from here, and of a
 * process whose number another one has got meanwhile only Linux can tell.
 */
export function isAbandoned(name: string): boolean {
  const [, namespace, pid, started] = NAME.exec(name) ?? [];
  if (namespace !== processNamespace()) return false;
  return process.platform === 'linux' ? startTime(Number(pid)) !== started : !isAlive(Number(pid));
}

function processNamespace(): string {
  if (process.platform !== 'linux') return '0';
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

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
