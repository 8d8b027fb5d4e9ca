import { lstatSync, readlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SharedDirectory } from './sandbox.ts';

/** What the root file system of every sandbox with mounts of its own is made of, on this machine. */
export interface RootParts {
  /** Links like `/bin` to `usr/bin`, or undefined where it is a directory of its own. */
  readonly systemLinks: readonly { readonly path: string; readonly target: string | undefined }[];
  /** Our own `passwd`, `group`, `hosts`, `nsswitch.conf` and what the driver has of its own. */
  readonly etcDirectory: string;
  readonly etcFiles: readonly string[];
}

/** A root to be made in this order; all of it is read-only. /proc, /dev and /tmp are the driver's own matter. */
export interface RootFileSystem {
  /** Everybody may enter and list them. The directory above another one comes first. */
  readonly directories: readonly string[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Files and directories of the host. A directory inside another one comes after it. */
  readonly mounts: readonly HostMount[];
}

export interface HostMount extends SharedDirectory {
  /** Left out where the host has no such file. */
  readonly isOptional: boolean;
}

/** The user a function sees itself as, whoever it is on the host; the same numbers as on AWS. */
export const INSIDE = { uid: 993, gid: 990, name: 'sbx_user1051' } as const;

const SYSTEM_DIRECTORIES = ['/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32'];

/** Empty where nothing is mounted on them. */
const ALWAYS_THERE = ['/opt', '/var/task', '/var/runtime'];

const ETC_FILES: Readonly<Record<string, string>> = {
  passwd: `${INSIDE.name}:x:${INSIDE.uid}:${INSIDE.gid}::/tmp:/sbin/nologin\n`,
  group: `${INSIDE.name}:x:${INSIDE.gid}:\n`,
  // By the second name extensions listen for what the Telemetry API sends them.
  hosts: '127.0.0.1 localhost sandbox.localdomain\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

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

/**
 * @param directory of our own, for files that sandboxes share
 * @param ofDriver contents of files in /etc, by name, in the place of those here or of the host's
 */
export async function prepareRootParts(
  directory: string,
  ofDriver: Readonly<Record<string, string>> = {},
): Promise<RootParts> {
  const files = { ...ETC_FILES, ...ofDriver };
  await mkdir(directory, { recursive: true });
  for (const [file, content] of Object.entries(files))
    await writeFile(join(directory, file), content, { mode: 0o644 });
  return { systemLinks: systemLinks(), etcDirectory: directory, etcFiles: Object.keys(files) };
}

/** The root a function sees: the system's programs, its runtime and its code. */
export function rootFileSystem(shared: readonly SharedDirectory[], parts: RootParts): RootFileSystem {
  const { systemLinks: links, etcDirectory, etcFiles } = parts;
  const own = etcFiles.map((name) => mount(`${etcDirectory}/${name}`, `/etc/${name}`));
  const ownPaths = new Set(own.map(({ sandboxPath }) => sandboxPath));
  const given = shared
    .filter(({ sandboxPath }) => sandboxPath !== '/usr' && !sandboxPath.startsWith('/usr/'))
    .toSorted((a, b) => a.sandboxPath.length - b.sandboxPath.length)
    .map(({ hostPath, sandboxPath }) => mount(hostPath, sandboxPath));
  const mounts = [
    mount('/usr', '/usr'),
    ...links.filter(({ target }) => target === undefined).map(({ path }) => mount(path, path)),
    ...HOST_ETC.filter((path) => !ownPaths.has(path)).map((path) => ({
      ...mount(path, path),
      isOptional: true,
    })),
    ...own,
    ...given,
  ];
  const above = [...mounts.map(({ sandboxPath }) => sandboxPath), ...ALWAYS_THERE].flatMap(parentsOf);
  return {
    directories: [...new Set([...above, ...ALWAYS_THERE])],
    links: links.flatMap(({ path, target }) => (target === undefined ? [] : [{ path, target }])),
    mounts,
  };
}

/** Where /bin is a link to usr/bin it is one inside too. */
function systemLinks(): RootParts['systemLinks'] {
  return SYSTEM_DIRECTORIES.flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return [{ path, target: found.isSymbolicLink() ? readlinkSync(path) : undefined }];
  });
}

function mount(hostPath: string, sandboxPath: string): HostMount {
  return { hostPath, sandboxPath, isOptional: false };
}

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}
