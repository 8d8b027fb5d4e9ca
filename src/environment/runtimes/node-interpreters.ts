import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findAbove } from './installation.ts';
import type { Interpreter } from './interpreter.ts';
import { findPrograms, isProgram, runProbe } from './interpreter.ts';

/** Older ones cannot run the bootstrap. */
const OLDEST_MAJOR = 18;
const PROBE = 'process.stdout.write(process.versions.node + "\\n" + process.execPath)';

/**
 * Every Node.js worth trying for a major, best first: the packages pinned by this installation and the running
 * interpreter, which need no test, then what the search path has.
 */
export async function findNode(wanted: number, searchPath: string): Promise<Interpreter[]> {
  const known = [...packaged(wanted), running()];
  // Starting programs takes longer than the function's own start: only when nothing known fits.
  if (known.some(({ release }) => release === wanted)) return known;
  const names = [`node${wanted}`, `node-${wanted}`, `nodejs${wanted}`, 'node'];
  const probed = await Promise.all(findPrograms(searchPath, names).map(probe));
  return [...probed.filter((found) => found !== undefined), ...known];
}

function running(): Interpreter {
  return describe(process.versions.node, process.execPath);
}

/** Node.js comes as npm packages: `node` is the platform's own, the others carry their major in their alias. */
function packaged(wanted: number): Interpreter[] {
  const majors = [wanted, 22, 20].map((major) => `nodejs${major}-${process.platform}-${process.arch}`);
  return ['node', ...majors].flatMap((name) => {
    const manifest = findAbove(`node_modules/${name}/package.json`);
    if (manifest === undefined) return [];
    const path = join(dirname(manifest), 'bin/node');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
    return isProgram(path) ? [describe(version, path)] : [];
  });
}

async function probe(path: string): Promise<Interpreter | undefined> {
  const [version, executable] = (await runProbe(path, ['-e', PROBE]))?.split('\n') ?? [];
  if (version === undefined || executable === undefined) return undefined;
  const found = describe(version, executable);
  return found.release >= OLDEST_MAJOR ? found : undefined;
}

function describe(version: string, path: string): Interpreter {
  return { path, version, release: Number.parseInt(version, 10) };
}
