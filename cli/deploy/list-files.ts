import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { type IgnoreRules, isIgnored, parseIgnoreRules, usualIgnores } from './ignore.ts';

/** A file that goes into the package. */
export interface PackagedFile {
  /** Relative to the folder, with `/` between its parts. */
  readonly path: string;
  readonly source: string;
  readonly isExecutable: boolean;
}

const ignoreFiles = ['.lambdaignore', '.lambentignore'];

/** The usual ignores and those of the folder's own ignore files. */
export function readIgnoreRules(folder: string): IgnoreRules {
  const lines = ignoreFiles.flatMap((name) => {
    try {
      return readFileSync(join(folder, name), 'utf8').split(/\r?\n/);
    } catch {
      return [];
    }
  });
  return parseIgnoreRules([...usualIgnores, ...lines]);
}

/** All files of a folder that are not ignored, sorted by path. Symbolic links are followed, as `zip -r` does. */
export function listFiles(folder: string, rules: IgnoreRules): PackagedFile[] {
  const files: PackagedFile[] = [];
  walk(folder, '', new Set([realpathSync(folder)]));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));

  function walk(from: string, prefix: string, above: ReadonlySet<string>): void {
    for (const name of readdirSync(from)) {
      const source = join(from, name);
      const path = `${prefix}${name}`;
      const stats = statSync(source, { throwIfNoEntry: false });
      // A link to nothing, or a socket: no function can read those.
      if (stats === undefined || !(stats.isDirectory() || stats.isFile())) continue;
      if (isIgnored(rules, path, stats.isDirectory())) continue;
      if (stats.isFile()) files.push({ path, source, isExecutable: (stats.mode & 0o111) !== 0 });
      else {
        const real = realpathSync(source);
        // A link to a folder above would go round for ever.
        if (!above.has(real)) walk(source, `${path}/`, new Set([...above, real]));
      }
    }
  }
}

/** @throws CliError when it is not a folder */
export function requireFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CliError(`${folder} is not a folder.\nGive the folder that holds the function's code`);
  }
}
