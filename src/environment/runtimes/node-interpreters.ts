import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findAbove } from './installation.ts';
import type { Interpreter } from './interpreter.ts';
import { findPrograms, isProgram, runProbe } from './interpreter.ts';
import { installedNodes } from './installed-nodes.ts';

/** Older ones cannot run the bootstrap. */
const OLDEST_MAJOR = 18;
const PROBE = 'process.stdout.write(process.versions.node + "\\n" + process.execPath)';

/**
 * Every Node.js worth trying for a major, best first: what was installed on demand, the packages pinned by this
 * installation and the running interpreter, which need no test, then what the search path has.
 * @param installDirectory see `installed-nodes.ts`
 */
export async function findNode(
  wanted: number,
  searchPath: string,
  installDirectory: string,
): Promise<Interpreter[]> {
  const known = [...installedNodes(installDirectory), ...packaged(wanted), running()];
  // Starting programs takes longer than the function's own start: only when nothing known fits.
  if (known.some(({ release }) => release === wanted)) return known;
  const names = [`node${wanted}`, `node-${wanted}`, `nodejs${wanted}`, 'node'];
  const probed = await Promise.all(findPrograms(searchPath, names).map(probeNode));
  return [...probed.filter((found) => found !== undefined), ...known];
}

function running(): Interpreter {
  return describe(process.versions.node, process.execPath, 'bundled');
}

/** Node.js comes as npm packages: `node` is the platform's own, the others carry their major in their alias. */
function packaged(wanted: number): Interpreter[] {
  const majors = [wanted, 22, 20].map((major) => `nodejs${major}-${process.platform}-${process.arch}`);
  return ['node', ...majors].flatMap((name) => {
    const manifest = findAbove(`node_modules/${name}/package.json`);
    if (manifest === undefined) return [];
    const path = join(dirname(manifest), 'bin/node');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
    return isProgram(path) ? [describe(version, path, 'bundled')] : [];
  });
}

/** Asks a program whether it is a Node.js that can run functions. */
export async function probeNode(path: string): Promise<Interpreter | undefined> {
  const [version, executable] = (await runProbe(path, ['-e', PROBE]))?.split('\n') ?? [];
  if (version === undefined || executable === undefined) return undefined;
  const found = describe(version, executable, 'machine');
  return found.release >= OLDEST_MAJOR ? found : undefined;
}

function describe(version: string, path: string, origin: Interpreter['origin']): Interpreter {
  return { path, version, release: Number.parseInt(version, 10), origin };
}
