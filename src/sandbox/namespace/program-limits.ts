import type { NamespaceTools } from './bubblewrap-arguments.ts';

/** That wait with what they carry; every timer of a program has one. */
export const MOST_SIGNALS = 1024;

/** Shells do not agree on the letter. */
const LIMIT_PROCESSES = 'if [ -n "$BASH_VERSION" ]; then ulimit -u "$0"; else ulimit -p "$0"; fi; exec "$@"';

/**
 * The beginning of a command line that limits what follows in what the kernel counts by user, and by user namespace: so it has
 * to be said outside where each sandbox has a user of its own, and inside where all share the platform's.
 * @param processes undefined where a control group counts them
 */
export function limitedProgram(
  { prlimit }: NamespaceTools,
  processes: number | undefined,
  signals: number | undefined,
): string[] {
  if (prlimit === undefined || signals === undefined)
    return processes === undefined ? [] : ['/bin/sh', '-c', LIMIT_PROCESSES, String(processes)];
  const limits = processes === undefined ? [] : [`--nproc=${processes}`];
  return [prlimit, ...limits, `--sigpending=${signals}`, '--'];
}

/**
 * The same for the number alone that a program is told of where a control group does the counting: the program's own user
 * namespace counts as well, and never as far.
 */
export function toldOf({ prlimit }: NamespaceTools, processes: number): string[] {
  return prlimit === undefined ? [] : [prlimit, `--nproc=${processes}`, '--'];
}
