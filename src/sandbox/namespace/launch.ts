import { mkdir, writeFile } from 'node:fs/promises';
import type { SandboxCommand, SandboxSpec } from '../sandbox.ts';
import {
  commandArguments,
  type LateDirectories,
  type NamespaceTools,
  rootArguments,
} from './bubblewrap-arguments.ts';

/**
 * Opens what bubblewrap reads: the variables of a function may be secrets, and must neither be seen in a command line
 * nor be those of a program that runs as root outside. With a user of its own for each sandbox the kernel can count its
 * processes; where all sandboxes share the platform's user it cannot.
 */
const OPEN = 'exec 4<"$1" 5<"$2/root"';
/** Shells do not agree on the letter; one that knows neither shows when the platform starts. */
const AS_ROOT =
  'if [ "$3" != 0 ]; then exec 6<"$2/command"; if [ -n "$BASH_VERSION" ]; then ulimit -u "$3"; else ulimit -p "$3"; fi; fi';
/** A shell has one thread, and all that follows is inside from its start. None may run outside its limits. */
const JOIN = 'set -f; for group in $5; do echo 0 >"$group" || exit 125; done';
const SCRIPT = `ulimit -n "$4"; ${OPEN}; ${JOIN}; ${AS_ROOT}; shift 5; exec "$@"`;

/** Writes the arguments for one start into a directory of its own, for the platform's eyes only. */
export async function writeLaunchFiles(
  directory: string,
  spec: SandboxSpec,
  command: Pick<SandboxCommand, 'env' | 'cwd'>,
  tools: NamespaceTools,
  uid: number | undefined,
  late: LateDirectories = new Map(),
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const root = rootArguments(spec, tools, late);
  const inner = commandArguments(command);
  const [first, second] =
    uid === undefined ? [[...root, ...inner], []] : [root, ['--dev-bind', '/', '/', ...inner]];
  await writeFile(`${directory}/root`, joined(first), { mode: 0o600 });
  await writeFile(`${directory}/command`, joined(second), { mode: 0o600 });
}

/**
 * The command line that starts `argv` inside. Run by root it takes two steps, as the one that mounts must be able to
 * read what only root may, and the one that runs the function must never have been root in its user namespace.
 * @param uid of the host, for this sandbox alone; undefined where the platform is an ordinary user
 * @param joinFiles by which a program enters the sandbox's control groups; no white space in them
 */
export function launchCommand(
  directory: string,
  argv: readonly string[],
  spec: SandboxSpec,
  tools: NamespaceTools,
  uid: number | undefined,
  joinFiles: readonly string[] = [],
): [string, ...string[]] {
  const { bubblewrap, setpriv = 'setpriv', filterFile } = tools;
  const shell: [string, ...string[]] = ['/bin/sh', '-c', SCRIPT, 'sh', filterFile, directory];
  const openFiles = String(spec.limits.openFiles);
  const groups = joinFiles.join(' ');
  if (uid === undefined) {
    const options = ['--args', '5', '--disable-userns', '--seccomp', '4', '--'];
    return [...shell, '0', openFiles, groups, bubblewrap, ...options, ...argv];
  }
  const leaveRoot = [
    setpriv,
    '--reuid',
    String(uid),
    '--regid',
    String(uid),
    '--clear-groups',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
  ];
  return [
    ...shell,
    String(spec.limits.processes),
    openFiles,
    groups,
    bubblewrap,
    '--args',
    '5',
    '--',
    ...leaveRoot,
    bubblewrap,
    '--args',
    '6',
    '--seccomp',
    '4',
    '--',
    ...argv,
  ];
}

/** As `bwrap --args` reads them. */
function joined(values: readonly string[]): string {
  return values.map((value) => `${value}\0`).join('');
}
