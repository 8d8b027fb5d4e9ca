import { findProgram, PROGRAM_DIRECTORIES } from '../../sandbox/find-program.ts';
import { type Finding, missing, ok } from './finding.ts';

/** Programs that the level `namespace` is made of, and the packages of Debian and Ubuntu that have them. */
const PROGRAMS = [
  ['bwrap', 'bubblewrap'],
  ['setpriv', 'util-linux'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['mkfs.ext4', 'e2fsprogs'],
] as const;

export function checkPrograms(directories: readonly string[] = PROGRAM_DIRECTORIES): Finding[] {
  if (process.platform !== 'linux') return [];
  return PROGRAMS.map(([name, debianPackage]) => {
    const path = findProgram(name, directories);
    if (path !== undefined) return ok('programs', name, path);
    return missing('programs', name, 'is not installed', `sudo apt-get install ${debianPackage}`);
  });
}
