import type { SandboxCommand } from '../sandbox.ts';

/** What a shell takes for a variable. */
const NAME = /^[A-Za-z_]\w*$/;
/** Names by which shells know things of their own: they cannot be set, or have another value then. */
const OWN_NAMES =
  /^(?:BASH.*|COMP_.*|DIRSTACK|EPOCH.*|EUID|FUNCNAME|GROUPS|HISTCMD|IFS|LINENO|OPT.*|PIPESTATUS|PPID|S?RANDOM|SECONDS|SHELLOPTS|UID|_)$/;
/** The one that every machine has: shells warn of others, on the program's output. */
const LOCALE = 'C.UTF-8';
/** Shells that hand on what they are told to, and nothing else; bash SHLVL as well, 0 unless it is told otherwise. */
const SHELLS = ['bash', 'dash'];

/** @param program the file behind /bin/sh */
export function isKnownShell(program: string): boolean {
  return SHELLS.some((name) => program.endsWith(`/${name}`));
}

/** Whether a shell can be told to start it as it shall be, with these variables and no others. */
export function canBeSaid({ env }: Pick<SandboxCommand, 'env'>): boolean {
  return Object.entries(env).every(([name, value]) => {
    if (!NAME.test(name) || OWN_NAMES.test(name)) return false;
    return !name.startsWith('LC_') || value === LOCALE;
  });
}

/**
 * Tells a shell, without variables so far, to become the program. Variables of a function may be secrets: they are the
 * shell's own before they are the program's, and in no command line, which everybody on the machine can read.
 */
export function startScript({ argv, env, cwd, channel }: SandboxCommand): string {
  const variables = Object.entries({ ...env, PWD: cwd }).map(([name, value]) => `${name}=${quoted(value)}`);
  const words = argv.map(quoted).join(' ');
  const closed = channel ? '' : ' 3<&- 5>&-';
  return `cd ${quoted(cwd)} && unset OLDPWD && export ${variables.join(' ')} && exec ${words} </dev/null${closed}\n`;
}

/** Within single quotes a shell takes everything as it is, but for these. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
