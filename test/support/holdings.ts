import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openFilesOf, tracesOf } from './traces.ts';

const MEBIBYTE_OF_KIB = 1024;
/** Spawners, wardens and relays. */
const OURS = /-main\.(?:bundle\.js|ts)\0/;
const LOOP_DEVICES = '/sys/block';
/** Directories that grow with what was done, as they should: of log streams, and of programs that Node.js has compiled. */
const KEPT: ReadonlySet<string> = new Set(['logs', 'node-compile-cache']);

/** Numbers of each kind of thing. */
export type Holdings = Readonly<Record<string, number>>;

/** Where to look for what a platform holds. */
export interface Holder {
  readonly pid: number;
  /** Everything it may write to lies below. */
  readonly folder: string;
  /** More words that its traces may hold: names of functions. */
  readonly words?: readonly string[];
}

/**
 * What a platform and the processes below it hold of the machine, in numbers of each kind: processes, threads and users,
 * namespaces, descriptors, mounts, control groups, sockets, loop devices, directories. Linux only; nothing elsewhere.
 */
export function holdingsOf({ pid, folder, words = [] }: Holder): Holdings {
  if (process.platform !== 'linux') return {};
  const below = processesBelow(pid);
  const files = below.flatMap((each) => readable(() => openFilesOf(each)) ?? []);
  return {
    ...countsByKind(
      tracesOf([folder, ...words], [pid]).map((line) => line.replace(/^socket .* /, 'socket ')),
    ),
    ...countsByKind(files.map((file) => `open ${file}`)),
    'processes below the platform': below.length,
    threads: sum(below.map((each) => entries(`/proc/${each}/task`).length)),
    users: new Set(below.map(userOf)).size,
    namespaces: namespacesOf(below, files).size,
    'loop devices': loopDevicesIn(folder).length,
    directories: directoriesIn(folder),
  };
}

/** What there is more of, with both numbers. Less is no leak: what was being made ready before may be ready now. */
export function gains(before: Holdings, now: Holdings): string[] {
  return Object.entries(now).flatMap(([kind, has]) => {
    const had = before[kind] ?? 0;
    return has <= had ? [] : [`${kind}: ${had} before, ${has} now`];
  });
}

/** Of a process alone: MiB resident. Linux only; never more than 1 elsewhere. */
export function residentMb(pid: number): number {
  const found = /VmRSS:\s+(\d+)/.exec(readable(() => readFileSync(`/proc/${pid}/status`, 'latin1')) ?? '');
  return found === null ? 1 : Number(found[1]) / MEBIBYTE_OF_KIB;
}

/** Of those below one that are programs of the platform, not of a function: MiB resident. */
export function helpersMb(pid: number): number {
  const programs = processesBelow(pid).filter((each) => each !== pid && OURS.test(commandOf(each)));
  return sum(programs.map(residentMb));
}

function commandOf(pid: number): string {
  return readable(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? '';
}

/** Of all processes below one, and itself. */
function processesBelow(pid: number): number[] {
  const children = entries(`/proc/${pid}/task`).flatMap((thread) =>
    (readable(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')) ?? '')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return [pid, ...children.flatMap(processesBelow)];
}

function userOf(pid: number): string {
  const status = readable(() => readFileSync(`/proc/${pid}/status`, 'latin1')) ?? '';
  return /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? '';
}

/** Those that live because somebody is in them, and those that live because somebody holds a descriptor. */
function namespacesOf(pids: readonly number[], files: readonly string[]): ReadonlySet<string> {
  const entered = pids.flatMap((pid) =>
    entries(`/proc/${pid}/ns`).map((kind) => readable(() => readlinkSync(`/proc/${pid}/ns/${kind}`)) ?? ''),
  );
  return new Set([
    ...entered,
    ...files.filter((file) => /^\w+:\[\d+\]$/.test(file) && !/^(?:pipe|socket):/.test(file)),
  ]);
}

/** Those whose file is, or was, below a directory. Linux only; none elsewhere. */
export function loopDevicesIn(folder: string): string[] {
  const file = (device: string): string => join(LOOP_DEVICES, device, 'loop/backing_file');
  return entries(LOOP_DEVICES).filter((device) =>
    readable(() => readFileSync(file(device), 'utf8'))?.startsWith(folder),
  );
}

function directoriesIn(path: string): number {
  const inside = readable(() => readdirSync(path, { withFileTypes: true })) ?? [];
  const directories = inside.filter((entry) => entry.isDirectory() && !KEPT.has(entry.name));
  return sum(directories.map(({ name }) => 1 + directoriesIn(join(path, name))));
}

/** Numbers of processes, descriptors and control groups say nothing. */
function countsByKind(lines: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of lines) {
    const kind = line.replaceAll(/\[?\d+\]?/g, '');
    found[kind] = (found[kind] ?? 0) + 1;
  }
  return found;
}

function entries(path: string): string[] {
  return readable(() => readdirSync(path)) ?? [];
}

/** Of a process that has gone, nothing. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
