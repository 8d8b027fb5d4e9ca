import { mkdir, writeFile } from 'node:fs/promises';
import type { SandboxCommand, SandboxSpec } from '../sandbox.ts';
import {
  commandArguments,
  type LateDirectories,
  type NamespaceTools,
  rootArguments,
} from './bubblewrap-arguments.ts';
import { limitedProgram, MOST_SIGNALS, toldOf } from './program-limits.ts';

/** What the keeper of a room prints when all is mounted. Its standard output is where bubblewrap told of it. */
export const READY = 'ready\n';
const KEEPER = 'echo ready >&2; exec sleep 2147483647';

/** A shell has one thread, and all that follows is inside from its start. None may run outside its limits. */
const JOIN = 'set -f; for group in $1; do echo 0 >"$group" || exit 125; done';
/**
 * Opens what bubblewrap reads: the variables of a function may be secrets, and must neither be seen in a command line
 * nor be those of a program that runs as root outside.
 */
const START_ROOM = `${JOIN}; exec 5<"$2"; shift 2; exec "$@"`;
const START_PROGRAM = `${JOIN}; exec 4<"$2" 6<"$3"; [ -z "$4" ] || exec 7>"$4"; ulimit -n "$5"; shift 5; exec "$@"`;
/** In the room, where no control group can be opened; before it is sealed, so that all it starts is inside. */
const FREEZABLE = 'echo 0 >&7 || exit 125; exec 7>&-; exec "$@"';
/** By which a program enters the sandbox's control groups; no white space in them. */
export interface Joins {
  readonly limitFiles: readonly string[];
  /** Only for programs that run code of the function, not for what keeps the sandbox. */
  readonly freezerFile: string | undefined;
}

/** What every program of one sandbox is started from. */
export interface Launch {
  /** For the platform's eyes only. */
  readonly directory: string;
  readonly spec: SandboxSpec;
  readonly tools: NamespaceTools;
  /** Of the host, for this sandbox alone; undefined where the platform is an ordinary user. */
  readonly uid: number | undefined;
  readonly joins: Joins;
  /** A control group counts the processes, and of this sandbox alone: other platforms can have the same users. */
  readonly hasGroupForProcesses: boolean;
}

/** Writes down what the sandbox's file system is made of. */
export async function writeRoot({ directory, spec, tools }: Launch, late: LateDirectories): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(`${directory}/root`, joined(rootArguments(spec, tools, late)), { mode: 0o600 });
}

/** The command line that makes the namespaces and keeps them. */
export function roomCommand({ directory, tools, joins }: Launch): [string, ...string[]] {
  const script = ['-c', START_ROOM, 'sh', joins.limitFiles.join(' '), `${directory}/root`];
  const bubblewrap = [tools.bubblewrap, '--args', '5', '--json-status-fd', '1', '--'];
  return ['/bin/sh', ...script, ...bubblewrap, '/bin/sh', '-c', KEEPER];
}

/** @param file to write to, for one start */
export async function writeCommand(
  file: string,
  command: Pick<SandboxCommand, 'env' | 'cwd'>,
): Promise<void> {
  await writeFile(file, joined(commandArguments(command)), { mode: 0o600 });
}

/**
 * The command line that starts `argv` in a room. It enters with the rights of who made the room, leaves these for good,
 * and only then makes the user namespace in which the program runs: of its own for each program, so that no program
 * that runs already can reach into one that is not sealed yet.
 * @param namespaces the directory of the room's namespace files
 * @param file what `writeCommand` wrote
 */
export function programCommand(
  { spec, tools, uid, joins, hasGroupForProcesses }: Launch,
  namespaces: string,
  file: string,
  argv: readonly string[],
): [string, ...string[]] {
  const { bubblewrap, nsenter, filterFile } = tools;
  const { openFiles, processes } = spec.limits;
  const { limitFiles, freezerFile } = joins;
  const opened = [filterFile, file, freezerFile ?? ''];
  const script = ['-c', START_PROGRAM, 'sh', limitFiles.join(' '), ...opened, String(openFiles)];
  const counted = hasGroupForProcesses ? undefined : processes;
  const enter = [nsenter, ...ENTERED.map(([option, name]) => `--${option}=${namespaces}/${name}`), '--'];
  if (freezerFile !== undefined) enter.push('/bin/sh', '-c', FREEZABLE, 'sh');
  const seal = [bubblewrap, '--args', '6', '--seccomp', '4'];
  if (uid === undefined) {
    const limited = limitedProgram(tools, tools.prlimit === undefined ? counted : processes, MOST_SIGNALS);
    return ['/bin/sh', ...script, ...enter, ...seal, '--disable-userns', '--', ...limited, ...argv];
  }
  // Signals the warden has limited.
  const limited = limitedProgram(tools, counted, undefined);
  const told = hasGroupForProcesses ? toldOf(tools, processes) : [];
  return [
    '/bin/sh',
    ...script,
    ...limited,
    ...enter,
    ...leaveRoot(tools, uid),
    ...seal,
    '--',
    ...told,
    ...argv,
  ];
}

/** Options of nsenter, and the kernel's names. The user namespace is the warden's own. */
const ENTERED = [
  ['mount', 'mnt'],
  ['pid', 'pid'],
  ['ipc', 'ipc'],
  ['uts', 'uts'],
  ['cgroup', 'cgroup'],
] as const;

function leaveRoot({ setpriv = 'setpriv' }: NamespaceTools, uid: number): string[] {
  const user = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const rights = ['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs'];
  return [setpriv, ...user, ...rights];
}

/** As `bwrap --args` reads them. */
function joined(values: readonly string[]): string {
  return values.map((value) => `${value}\0`).join('');
}
