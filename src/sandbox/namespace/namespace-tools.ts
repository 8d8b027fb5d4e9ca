import { execFile } from 'node:child_process';
import { accessSync, constants, lstatSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SandboxSpec } from '../sandbox.ts';
import { INSIDE, type NamespaceTools } from './bubblewrap-arguments.ts';
import { NamespacesUnavailable } from './namespaces-unavailable.ts';
import { launchCommand, writeLaunchFiles } from './launch.ts';
import { seccompFilter } from './seccomp-filter.ts';

const PROGRAM_DIRECTORIES = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/sbin'];
const SYSTEM_DIRECTORIES = ['/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32'];
const PROBE_TIMEOUT_MS = 10_000;
/** Any one of those that sandboxes get. */
const PROBE_UID = 1_879_048_191;

/**
 * Finds what sandboxes are made of, and proves that one can be made, by making one.
 * @param directory of our own, for files that sandboxes share
 * @param programDirectories where to look for what is needed; never where a function's own path leads
 * @throws NamespacesUnavailable
 */
export async function prepareNamespaces(
  directory: string,
  programDirectories: readonly string[] = PROGRAM_DIRECTORIES,
): Promise<NamespaceTools> {
  if (process.platform !== 'linux') throw new NamespacesUnavailable('namespaces are a feature of Linux');
  const filter = seccompFilter(process.arch);
  if (filter === undefined)
    throw new NamespacesUnavailable(`there is no system call filter for ${process.arch} yet`);
  const bubblewrap = findProgram('bwrap', programDirectories);
  if (bubblewrap === undefined)
    throw new NamespacesUnavailable('bubblewrap is missing: install it (apt-get install bubblewrap)');
  const setpriv = findProgram('setpriv', programDirectories);
  if (process.getuid?.() === 0 && setpriv === undefined)
    throw new NamespacesUnavailable('setpriv is missing: install it (apt-get install util-linux)');
  const unshare = findProgram('unshare', programDirectories);
  if (unshare === undefined)
    throw new NamespacesUnavailable('unshare is missing: install it (apt-get install util-linux)');
  await mkdir(directory, { recursive: true });
  const tools: NamespaceTools = {
    bubblewrap,
    unshare,
    setpriv,
    systemLinks: systemLinks(),
    etcDirectory: directory,
    filterFile: join(directory, 'seccomp.bpf'),
  };
  await writeFile(tools.filterFile, filter);
  await writeEtc(directory);
  await probe(tools);
  return tools;
}

async function writeEtc(directory: string): Promise<void> {
  const { name, uid, gid } = INSIDE;
  const files = {
    passwd: `${name}:x:${uid}:${gid}::/tmp:/sbin/nologin\n`,
    group: `${name}:x:${gid}:\n`,
    // By the second name extensions listen for what the Telemetry API sends them.
    hosts: '127.0.0.1 localhost sandbox.localdomain\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  };
  for (const [file, content] of Object.entries(files))
    await writeFile(join(directory, file), content, { mode: 0o644 });
}

/** Where /bin is a link to usr/bin it is one inside too. */
function systemLinks(): NamespaceTools['systemLinks'] {
  return SYSTEM_DIRECTORIES.flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return [{ path, target: found.isSymbolicLink() ? readlinkSync(path) : undefined }];
  });
}

async function probe(tools: NamespaceTools): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-'));
  const uid = process.getuid?.() === 0 ? PROBE_UID : undefined;
  const limits = { memoryMb: 128, scratchMb: 512, processes: 1024, openFiles: 1024 };
  const spec: SandboxSpec = { id: 'probe', readOnlyDirectories: [], scratchDirectory: directory, limits };
  try {
    const files = join(directory, 'launch');
    await writeLaunchFiles(files, spec, { env: {}, cwd: '/' }, tools, uid);
    const [program, ...rest] = launchCommand(files, ['/usr/bin/env'], spec, tools, uid);
    await promisify(execFile)(program, rest, { env: {}, timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' });
  } catch (error) {
    const said = (error as { readonly stderr?: string }).stderr?.trim() ?? '';
    throw new NamespacesUnavailable(
      `bubblewrap cannot make a sandbox here (${said.split('\n')[0] || String(error)}): unprivileged user namespaces must be allowed (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)`,
      { cause: error },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function findProgram(name: string, directories: readonly string[]): string | undefined {
  return directories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
