import type { SandboxCommand, SandboxSpec } from '../sandbox.ts';

/** Programs and files of this machine that every sandbox is made of. */
export interface NamespaceTools {
  readonly bubblewrap: string;
  /** Gives the warden a mount namespace of its own. */
  readonly unshare: string;
  /** Needed where the platform runs as root, to leave root for good. */
  readonly setpriv: string | undefined;
  /** Links like `/bin` to `usr/bin`, or undefined where it is a directory of its own. */
  readonly systemLinks: readonly { readonly path: string; readonly target: string | undefined }[];
  /** Our own `passwd`, `group`, `hosts` and `nsswitch.conf`. */
  readonly etcDirectory: string;
  /** The seccomp program. */
  readonly filterFile: string;
}

/** The user a function sees itself as, whoever it is on the host; the same numbers as on AWS. */
export const INSIDE = { uid: 993, gid: 990, name: 'sbx_user1051' } as const;

export const ETC_FILES = ['passwd', 'group', 'hosts', 'nsswitch.conf'] as const;

/** Empty directories of the host to which something is mounted later, by the path inside. */
export type LateDirectories = ReadonlyMap<string, string>;

/** What programs of the system need of the host's /etc; nothing in it is a secret. */
const HOST_ETC = [
  '/etc/resolv.conf',
  '/etc/localtime',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/certs',
  '/etc/pki/ca-trust/extracted',
  '/etc/ca-certificates',
];

/** Namespaces but those for users and for the network, which is the host's. */
const NAMESPACES = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'];

/**
 * The file system a function sees, as options of bubblewrap: a read-only root of the system's programs, its runtime
 * and its code, with /tmp as the one place to write.
 */
export function rootArguments(spec: SandboxSpec, tools: NamespaceTools, late: LateDirectories): string[] {
  const links = tools.systemLinks.flatMap(({ path, target }) =>
    target === undefined ? ['--ro-bind', path, path] : ['--symlink', target, path],
  );
  const etc = ETC_FILES.flatMap((name) => ['--ro-bind', `${tools.etcDirectory}/${name}`, `/etc/${name}`]);
  // A directory inside another one must be mounted after it.
  const shared = spec.readOnlyDirectories
    .filter(({ sandboxPath }) => sandboxPath !== '/usr' && !sandboxPath.startsWith('/usr/'))
    .toSorted((a, b) => a.sandboxPath.length - b.sandboxPath.length);
  return [
    ...NAMESPACES,
    '--hostname',
    'localhost',
    '--die-with-parent',
    '--ro-bind',
    '/usr',
    '/usr',
    ...links,
    ...['/etc/hosts', ...HOST_ETC, '/var/task'].flatMap(openParents),
    ...HOST_ETC.flatMap((path) => ['--ro-bind-try', path, path]),
    ...etc,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--remount-ro',
    '/dev',
    ...['/opt', '/var/task', '/var/runtime'].flatMap((path) => ['--dir', path]),
    ...shared.flatMap(({ sandboxPath }) => openParents(sandboxPath)),
    ...shared.flatMap(({ hostPath, sandboxPath }) => ['--ro-bind', hostPath, sandboxPath]),
    ...[...late].flatMap(([sandboxPath, hostPath]) => ['--ro-bind', hostPath, sandboxPath]),
    '--bind',
    spec.scratchDirectory,
    '/tmp',
    '--remount-ro',
    '/',
  ];
}

/** Bubblewrap would make the directories above a mount for its own user alone. */
function openParents(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.flatMap((_, index) => ['--dir', `/${names.slice(0, index + 1).join('/')}`]);
}

/** Who the function is and what it is given, on top of the root. */
export function commandArguments({ env, cwd }: Pick<SandboxCommand, 'env' | 'cwd'>): string[] {
  return [
    '--unshare-user',
    '--uid',
    String(INSIDE.uid),
    '--gid',
    String(INSIDE.gid),
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    '--chdir',
    cwd,
    '--clearenv',
    ...Object.entries({ ...env, PWD: cwd }).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}
