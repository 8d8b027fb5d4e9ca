import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, PROGRAM_DIRECTORIES } from '../find-program.ts';
import { prepareRootParts } from '../root-file-system.ts';
import type { SandboxSpec } from '../sandbox.ts';
import type { NamespaceTools } from './bubblewrap-arguments.ts';
import { launchCommand, writeLaunchFiles } from './launch.ts';
import { NamespacesUnavailable } from './namespaces-unavailable.ts';
import { seccompFilter } from './seccomp-filter.ts';

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
  const tools: NamespaceTools = {
    bubblewrap,
    unshare,
    setpriv,
    ...(await prepareRootParts(directory)),
    filterFile: join(directory, 'seccomp.bpf'),
  };
  await writeFile(tools.filterFile, filter);
  await probe(tools);
  return tools;
}

async function probe(tools: NamespaceTools): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-'));
  const uid = process.getuid?.() === 0 ? PROBE_UID : undefined;
  const limits = { memoryMb: 128, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 };
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
