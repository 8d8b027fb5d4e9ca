import { join } from 'node:path';

/** How runsc is called for one sandbox. */
export interface RunscPlace {
  readonly runsc: string;
  /** Of this sandbox alone: the bundle, runsc's own state, and what programs are started with. */
  readonly directory: string;
}

/** The name of the sandbox's one container, in a state directory of its own; short, as it becomes part of a socket's path. */
const CONTAINER = 's';

export function bundleOf({ directory }: RunscPlace): string {
  return join(directory, 'bundle');
}

/**
 * The command line for one of runsc's commands. Sockets are the host's, of the network namespace that runsc is started
 * in; files are looked up again at every use, as more may be mounted later; control groups are left to us.
 */
export function runscCommand(
  { runsc, directory }: RunscPlace,
  command: 'run' | 'exec' | 'kill',
  options: readonly string[],
  operands: readonly string[] = [],
): [string, ...string[]] {
  const flags = [
    `--root=${join(directory, 'state')}`,
    '--platform=systrap',
    '--network=host',
    '--ignore-cgroups',
    '--file-access=shared',
    '--overlay2=none',
    ...(process.getuid?.() === 0 ? [] : ['--rootless']),
  ];
  return [runsc, ...flags, command, ...options, CONTAINER, ...operands];
}
