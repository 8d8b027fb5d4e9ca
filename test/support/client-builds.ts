import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { available, run } from './commands.ts';

/** How a sample for one of AWS's own runtime clients is built, by the ordinary tools of its language. */
export interface ClientBuild {
  /** A folder of `official-clients/`; its files are copied to where the commands run. */
  readonly name: string;
  /** Commands that must work here, or the sample cannot be built: its tests are skipped. */
  readonly tools: readonly (readonly [string, ...string[]])[];
  /** Download what the build needs. Where one fails what it asks is out of reach: the tests are skipped. */
  readonly fetch: readonly (readonly [string, ...string[]])[];
  /** From here on, what fails is a defect. */
  readonly build: readonly (readonly [string, ...string[]])[];
  readonly env?: Readonly<Record<string, string>>;
}

const SOURCES = join(import.meta.dirname, 'official-clients');
const CACHE =
  process.env['LAMBENT_TEST_CACHE'] ?? join(import.meta.dirname, '../../node_modules/.cache/lambent-clients');
/** From nothing, on a busy machine. */
const COMMAND_LIMIT_MS = 15 * 60_000;

/** The directory of a built sample: from the cache, or built now. Undefined, after printing why, where that cannot be. */
export async function builtClient(build: ClientBuild): Promise<string | undefined> {
  const source = join(SOURCES, build.name);
  const directory = join(CACHE, `${build.name}-${await fingerprint(source, build)}`);
  if (existsSync(directory)) return directory;
  if (!build.tools.every(([program, ...args]) => available(program, ...args))) return undefined;
  const draft = `${directory}.${randomUUID()}`;
  try {
    await cp(source, draft, { recursive: true });
    for (const command of build.fetch) {
      const problem = await runIn(draft, command, build);
      if (problem === undefined) continue;
      console.log(`skipped: ${build.name}: what it is built from cannot be downloaded: ${problem}`);
      return undefined;
    }
    for (const command of build.build) {
      const problem = await runIn(draft, command, build);
      if (problem !== undefined) throw new Error(`${command.join(' ')} failed: ${problem}`);
    }
    await mkdir(dirname(directory), { recursive: true });
    await rename(draft, directory).catch((error: unknown) => {
      // Another test file may have built the same meanwhile.
      if (!existsSync(directory)) throw error;
    });
    return directory;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What the command says where it fails. */
async function runIn(
  cwd: string,
  [program, ...args]: readonly [string, ...string[]],
  { env = {} }: ClientBuild,
): Promise<string | undefined> {
  // The Node.js that runs the tests, for packages that are built for the one that installs them.
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const options = { cwd, env: { PATH: path, ...env }, timeoutMs: COMMAND_LIMIT_MS };
  const { code, stdout, stderr } = await run(program, args, options);
  return code === 0 ? undefined : `${stdout}\n${stderr}`.trim().slice(-2000);
}

async function fingerprint(source: string, build: ClientBuild): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify(build))
    .update(process.version)
    .update(process.arch);
  for (const name of (await readdir(source, { recursive: true })).sort()) {
    hash.update(name);
    if (/\.\w+$/.test(name)) hash.update(await readFile(join(source, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
