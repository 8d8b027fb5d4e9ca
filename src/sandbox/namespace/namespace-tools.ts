import { realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, PROGRAM_DIRECTORIES } from '../find-program.ts';
import { missingPowers } from '../powers-of-root.ts';
import { prepareRootParts } from '../root-file-system.ts';
import type { NamespaceTools } from './bubblewrap-arguments.ts';
import { nameFiles } from './network/name-files.ts';
import { NamespacesUnavailable } from './namespaces-unavailable.ts';
import { isKnownShell } from './start-script.ts';
import { seccompFilter } from './seccomp-filter.ts';

/**
 * Finds what sandboxes are made of. Whether one can be made shows by making one: `NamespaceDriver.open`.
 * @param directory of our own, for files that sandboxes share; what is in it is removed
 * @param hostNames by which this machine's own service is known beside localhost
 * @param programDirectories where to look for what is needed; never where a function's own path leads
 * @throws NamespacesUnavailable
 */
export async function prepareNamespaces(
  directory: string,
  hostNames: readonly string[],
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
  const nsenter = findProgram('nsenter', programDirectories);
  if (nsenter === undefined)
    throw new NamespacesUnavailable('nsenter is missing: install it (apt-get install util-linux)');
  const powers = missingPowers();
  if (powers !== undefined) throw new NamespacesUnavailable(powers);
  // A platform that was killed may have left something half made.
  await rm(directory, { recursive: true, force: true });
  const tools: NamespaceTools = {
    bubblewrap,
    unshare,
    nsenter,
    shellWaits: isKnownShell(await realpath('/bin/sh')),
    setpriv,
    prlimit: findProgram('prlimit', programDirectories),
    ...(await prepareRootParts(directory, nameFiles(hostNames))),
    filterFile: join(directory, 'seccomp.bpf'),
  };
  await writeFile(tools.filterFile, filter);
  return tools;
}
