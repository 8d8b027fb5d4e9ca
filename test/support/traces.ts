import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const CGROUPS = '/sys/fs/cgroup';

/**
 * What is left on this machine of a platform and its functions, in a line each: processes, mounts, sockets with a path,
 * control groups. Linux only; nothing elsewhere.
 * @param words of which each trace holds one: directories the platform was given, names of its functions
 * @param pids of the platform's processes, after which its control groups are named
 */
export function tracesOf(words: readonly string[], pids: readonly number[]): string[] {
  if (process.platform !== 'linux') return [];
  const holds = (text: string): boolean => words.some((word) => text.includes(word));
  const lines = (path: string): string[] => readText(path).split('\n').filter(holds);
  return [
    ...processes(holds).map((line) => `process ${line}`),
    ...lines('/proc/self/mounts').map((line) => `mount ${line}`),
    ...lines('/proc/net/unix').map((line) => `socket ${line}`),
    ...groups(CGROUPS)
      .filter((path) => holds(path) || pids.some((pid) => new RegExp(`lambent.*\\b${pid}\\b`).test(path)))
      .map((path) => `control group ${path}`),
  ];
}

/** Open files of a process, each as what it leads to. */
export function openFilesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

function processes(holds: (text: string) => boolean): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    const command = readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    const variables = readText(`/proc/${pid}/environ`).split('\0').filter(holds);
    return holds(command) || variables.length > 0 ? [[pid, command, ...variables].join(' ')] : [];
  });
}

function groups(directory: string): string[] {
  const inside = readDirectory(directory);
  return inside.flatMap((name) => [join(directory, name), ...groups(join(directory, name))]);
}

function readDirectory(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Of a process that has gone, or is somebody else's, nothing. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
