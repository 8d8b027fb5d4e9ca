import { INSIDE, type RootParts, rootFileSystem } from '../root-file-system.ts';
import type { SandboxCommand, SandboxSpec } from '../sandbox.ts';

/** Programs and files of this machine that every sandbox is made of. */
export interface NamespaceTools extends RootParts {
  readonly bubblewrap: string;
  /** Gives the warden a mount namespace of its own. */
  readonly unshare: string;
  /** Takes programs into the namespaces of their sandbox. */
  readonly nsenter: string;
  /** This machine's shell can be told to become a program, with its variables and no others. */
  readonly shellWaits: boolean;
  /** Needed where the platform runs as root, to leave root for good. */
  readonly setpriv: string | undefined;
  /** Limits what the kernel counts by user; without it processes alone are limited. */
  readonly prlimit: string | undefined;
  /** The seccomp program. */
  readonly filterFile: string;
}

/** Empty directories of the host to which something is mounted later, by the path inside. */
export type LateDirectories = ReadonlyMap<string, string>;

/** Namespaces but those for users and for the network, which is the host's. */
const NAMESPACES = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'];

/**
 * What the kernel lets the owner of a namespace set in it, who has the function's own number where the platform is an ordinary
 * user. Not all of /proc/sys: bubblewrap itself writes to /proc/sys/user.
 */
const SETTINGS = ['/proc/sys/fs', '/proc/sys/kernel', '/proc/sys/net'];

/**
 * What bubblewrap's own --dev has, without terminals: of these there is a number for the whole machine, and on AWS none.
 */
const DEVICES = [
  '--tmpfs',
  '/dev',
  ...['null', 'zero', 'full', 'random', 'urandom', 'tty'].flatMap((name) => [
    '--dev-bind',
    `/dev/${name}`,
    `/dev/${name}`,
  ]),
  '--symlink',
  '/proc/self/fd',
  '/dev/fd',
  ...['stdin', 'stdout', 'stderr'].flatMap((name, descriptor) => [
    '--symlink',
    `/proc/self/fd/${descriptor}`,
    `/dev/${name}`,
  ]),
  '--dir',
  '/dev/shm',
  '--remount-ro',
  '/dev',
];

/**
 * The file system a function sees, as options of bubblewrap: a read-only root of the system's programs, its runtime
 * and its code, with /tmp as the one place to write.
 */
export function rootArguments(spec: SandboxSpec, tools: NamespaceTools, late: LateDirectories): string[] {
  const root = rootFileSystem(spec.readOnlyDirectories, tools);
  return [
    ...NAMESPACES,
    '--cap-drop',
    'ALL',
    '--hostname',
    'localhost',
    '--die-with-parent',
    // Bubblewrap would make the directories above a mount for its own user alone.
    ...root.directories.flatMap((path) => ['--dir', path]),
    ...root.links.flatMap(({ path, target }) => ['--symlink', target, path]),
    ...root.mounts.flatMap(({ hostPath, sandboxPath, isOptional }) => [
      isOptional ? '--ro-bind-try' : '--ro-bind',
      hostPath,
      sandboxPath,
    ]),
    '--proc',
    '/proc',
    ...SETTINGS.flatMap((path) => ['--ro-bind-try', path, path]),
    ...DEVICES,
    ...[...late].flatMap(([sandboxPath, hostPath]) => ['--ro-bind', hostPath, sandboxPath]),
    '--bind',
    spec.scratchDirectory,
    '/tmp',
    '--remount-ro',
    '/',
  ];
}

/** Who the function is and what it is given, on top of the root. */
export function commandArguments({ env, cwd }: Pick<SandboxCommand, 'env' | 'cwd'>): string[] {
  return [
    '--unshare-user',
    '--uid',
    String(INSIDE.uid),
    '--gid',
    String(INSIDE.gid),
    '--dev-bind',
    '/',
    '/',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    '--chdir',
    cwd,
    '--clearenv',
    ...Object.entries({ ...env, PWD: cwd }).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}
