import { findProgram, PROGRAM_DIRECTORIES } from '../find-program.ts';
import { missingPowers } from '../powers-of-root.ts';
import { nameFiles } from '../namespace/network/name-files.ts';
import { prepareRootParts, type RootParts } from '../root-file-system.ts';

/** What this machine lacks for sandboxes of gVisor; the message says what to do about it. */
export class GvisorUnavailable extends Error {
  override readonly name = 'GvisorUnavailable';
}

/** Programs and files of this machine that every sandbox is made of. */
export interface GvisorTools extends RootParts {
  readonly runsc: string;
  /** Gives the warden a mount namespace of its own. */
  readonly unshare: string;
}

/**
 * Finds what sandboxes are made of.
 * @param directory of our own, for files that sandboxes share
 * @param hostNames by which this machine's own service is known beside localhost
 * @param programDirectories where to look for what is needed; never where a function's own path leads
 * @throws GvisorUnavailable
 */
export async function prepareGvisor(
  directory: string,
  hostNames: readonly string[],
  programDirectories: readonly string[] = PROGRAM_DIRECTORIES,
): Promise<GvisorTools> {
  if (process.platform !== 'linux') throw new GvisorUnavailable('gVisor runs on Linux');
  const powers = missingPowers();
  if (powers !== undefined) throw new GvisorUnavailable(powers);
  const runsc = findProgram('runsc', programDirectories);
  if (runsc === undefined)
    throw new GvisorUnavailable(
      'runsc is missing: install gVisor (https://gvisor.dev/docs/user_guide/install/, or apt-get install -t bookworm-backports runsc)',
    );
  const unshare = findProgram('unshare', programDirectories);
  if (unshare === undefined)
    throw new GvisorUnavailable('unshare is missing: install it (apt-get install util-linux)');
  return { runsc, unshare, ...(await prepareRootParts(directory, nameFiles(hostNames))) };
}
