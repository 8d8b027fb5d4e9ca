import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import type { FunctionVersion } from '../model/function-version.ts';
import type { SharedDirectory } from '../sandbox/sandbox.ts';
import { isCustom } from './environment-variables.ts';
import { invalidEntrypoint } from './function-failure.ts';
import type { FunctionFailure } from './function-failure.ts';
import type { ResolvedRuntime } from './runtime-catalog.ts';

/** The program an environment runs, and what its failure to start means. */
export interface Entrypoint {
  readonly argv: readonly [string, ...string[]];
  /** @param code of the failed system call, e.g. ENOENT */
  readonly startFailure: (code: string) => FunctionFailure;
}

/** What an ELF header calls the processors Lambda knows. */
const ELF_MACHINES: Readonly<Record<string, number>> = { x64: 0x3e, arm64: 0xb7 };
const MACH_O_MAGICS: ReadonlySet<string> = new Set(['cffaedfe', 'cafebabe']);

const BOOTSTRAPS = ['/var/task/bootstrap', '/opt/bootstrap'] as const;

/**
 * What AWS's own bootstrap scripts do with a wrapper, so its log says what is wrong with it, and one that names no
 * interpreter is the shell's. $0 is its path as the function has it, $1 where it is.
 */
const WRAPPED_START = [
  'wrapper="$1"; shift',
  'if [ ! -f "$wrapper" ]; then echo "$0: does not exist"; exit 127; fi',
  'if [ ! -x "$wrapper" ]; then echo "$0: is not an executable"; exit 126; fi',
  'exec "$wrapper" "$@"',
].join('\n');

/**
 * A custom runtime's `bootstrap`, or the command of a managed runtime, behind AWS_LAMBDA_EXEC_WRAPPER when that is set.
 * Returns the failure instead when there is nothing to run.
 * @param inside maps a path like `/var/task` to where the process sees it
 */
export async function findEntrypoint(
  version: FunctionVersion,
  runtime: ResolvedRuntime,
  directories: readonly SharedDirectory[],
  inside: (path: string) => string,
): Promise<Entrypoint | FunctionFailure> {
  if (isCustom(runtime)) return findBootstrap(directories, inside);
  const argv = runtime.argv(inside, version.memoryMb);
  const wrapper = version.environment['AWS_LAMBDA_EXEC_WRAPPER'];
  if (wrapper === undefined || wrapper === '') {
    return { argv, startFailure: (code) => invalidEntrypoint(argv[0], code) };
  }
  const shell = '/bin/sh';
  return {
    argv: [shell, '-c', WRAPPED_START, wrapper, inside(wrapper), ...argv],
    startFailure: (code) => invalidEntrypoint(shell, code),
  };
}

async function findBootstrap(
  directories: readonly SharedDirectory[],
  inside: (path: string) => string,
): Promise<Entrypoint | FunctionFailure> {
  for (const path of BOOTSTRAPS) {
    const code = await executableError(path, directories);
    if (code === undefined) {
      return { argv: [inside(path)], startFailure: (startCode) => invalidEntrypoint(path, startCode) };
    }
    if (code !== 'ENOENT') return invalidEntrypoint(path, code);
  }
  return invalidEntrypoint(BOOTSTRAPS[0], 'ENOENT');
}

/** Why a file cannot be run as a program: the code of the system call that would fail. Undefined when it can. */
export async function executableError(
  sandboxPath: string,
  directories: readonly SharedDirectory[],
): Promise<string | undefined> {
  const path = hostPath(sandboxPath, directories);
  if (path === undefined) return 'ENOENT';
  try {
    await access(path, constants.X_OK);
    return isProgram(await firstBytes(path)) ? undefined : 'ENOEXEC';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'ENOENT';
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Whether the system itself can run what begins like this: a script that names its interpreter, or a binary for this
 * processor. Without the question the C library would hand anything else to a shell, which AWS does not.
 */
function isProgram(head: Buffer): boolean {
  if (head.toString('latin1', 0, 2) === '#!') return true;
  if (process.platform === 'darwin') return MACH_O_MAGICS.has(head.toString('hex', 0, 4));
  const isElf = head.toString('latin1', 0, 4) === '\u007fELF';
  return isElf && head.length >= 20 && head.readUInt16LE(18) === ELF_MACHINES[process.arch];
}

function hostPath(path: string, directories: readonly SharedDirectory[]): string | undefined {
  const mount = directories.find(({ sandboxPath }) => path.startsWith(`${sandboxPath}/`));
  return mount === undefined ? undefined : mount.hostPath + path.slice(mount.sandboxPath.length);
}
