import { existsSync, realpathSync, statSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSIDE, type RootParts, rootFileSystem } from '../root-file-system.ts';
import type { SandboxCommand, SandboxSpec } from '../sandbox.ts';

/** Who owns nothing and whom functions cannot signal: the first process of a sandbox. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Waits for ever, in a shell: that buries who ends behind it, whoever's child it was. */
const FIRST_PROCESS = 'echo; sleep 2147483647; exit';

/** gVisor's own mounts; they need a place in a root that nobody can write to. */
const MOUNT_POINTS = ['/tmp', '/proc', '/dev', '/sys'];

/** What every process in the sandbox is refused. An empty set is not the same as none given. */
const UNPRIVILEGED = { capabilities: {}, noNewPrivileges: true };

/** gVisor gives every program one that has none. */
const WITHOUT_HOME = ['/usr/bin/env', '-u', 'HOME'];

interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** Where the root of a bundle is. */
export function rootOf(bundle: string): string {
  return join(bundle, 'rootfs');
}

/**
 * Writes the OCI bundle from which runsc makes a sandbox: its root, and who runs in it how. The first process says a
 * line when the sandbox is up, and does nothing more.
 */
export async function writeBundle(bundle: string, spec: SandboxSpec, parts: RootParts): Promise<void> {
  const root = rootFileSystem(spec.readOnlyDirectories, parts);
  const base = rootOf(bundle);
  const mounts = root.mounts
    .filter(({ hostPath, isOptional }) => !isOptional || existsSync(hostPath))
    .map(({ hostPath, sandboxPath }) => bind(realpathSync(hostPath), sandboxPath, 'ro'));
  await mkdir(base, { recursive: true, mode: 0o755 });
  for (const path of [...root.directories, ...MOUNT_POINTS]) await mkdir(base + path, { recursive: true });
  for (const { path, target } of root.links) await symlink(target, base + path);
  for (const { source, destination } of mounts) await makeMountPoint(source, base + destination);
  mounts.push(bind(spec.scratchDirectory, '/tmp', 'rw'));
  await writeFile(join(bundle, 'config.json'), JSON.stringify(configuration(spec, base, mounts)));
}

/** Removes what would keep another sandbox from being made of the same bundle: its /tmp starts empty again. */
export async function clearScratch({ scratchDirectory }: SandboxSpec): Promise<void> {
  await rm(scratchDirectory, { recursive: true, force: true });
  await mkdir(scratchDirectory, { recursive: true, mode: 0o700 });
}

/** What `runsc exec` reads: one program, run as the function's user. */
export function processDescription({ argv, env, cwd }: Omit<SandboxCommand, 'channel'>): string {
  return JSON.stringify({
    user: { uid: INSIDE.uid, gid: INSIDE.gid },
    args: 'HOME' in env ? argv : [...WITHOUT_HOME, ...argv],
    env: Object.entries({ ...env, PWD: cwd }).map(([name, value]) => `${name}=${value}`),
    cwd,
    ...UNPRIVILEGED,
  });
}

function configuration(spec: SandboxSpec, root: string, mounts: readonly Mount[]): object {
  const { openFiles, scratchMb } = spec.limits;
  return {
    ociVersion: '1.0.0',
    process: {
      user: NOBODY,
      args: ['/bin/sh', '-c', FIRST_PROCESS],
      env: ['PATH=/usr/bin:/bin'],
      cwd: '/',
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: openFiles, soft: openFiles }],
      ...UNPRIVILEGED,
    },
    root: { path: root, readonly: true },
    hostname: 'localhost',
    mounts,
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
    // /tmp is a file system of gVisor's own, as large as this and kept in one file of the scratch directory: so its
    // size is a hard limit without the host's help, and what is in it is neither memory nor seen by the host.
    annotations: {
      'dev.gvisor.spec.mount.tmp.source': spec.scratchDirectory,
      'dev.gvisor.spec.mount.tmp.type': 'tmpfs',
      'dev.gvisor.spec.mount.tmp.share': 'container',
      'dev.gvisor.spec.mount.tmp.options': `rw,size=${scratchMb}m`,
    },
  };
}

function bind(source: string, destination: string, access: 'ro' | 'rw'): Mount {
  return { destination, type: 'bind', source, options: [access] };
}

async function makeMountPoint(source: string, path: string): Promise<void> {
  if (statSync(source).isDirectory()) await mkdir(path, { recursive: true });
  else await writeFile(path, '');
}
