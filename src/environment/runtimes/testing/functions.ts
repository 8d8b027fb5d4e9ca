import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ResolvedRuntime } from '../../runtime-catalog.ts';
import { MachineRuntimes } from '../machine-runtimes.ts';
import { RuntimeProcess } from './runtime-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lambent-runtimes-'));
const running = new Set<RuntimeProcess>();
let folders = 0;

/** What refuses other versions, so that a test never passes on the wrong one, and what takes the nearest. */
const [exact, nearest] = [true, false].map(
  (strict) =>
    new MachineRuntimes({
      strict,
      cacheDirectory: join(scratch, 'cache'),
      installDirectory: join(scratch, 'runtimes'),
      searchPath: process.env['PATH'] ?? '',
    }),
) as [MachineRuntimes, MachineRuntimes];

/** The runtimes of this list that the machine has; says why the others are left out. */
export async function availableRuntimes(ids: readonly string[]): Promise<ResolvedRuntime[]> {
  return await resolved(exact, ids);
}

/** The same for runtimes whose bootstrap does not care for the interpreter's exact version. */
export async function nearestRuntimes(ids: readonly string[]): Promise<ResolvedRuntime[]> {
  return await resolved(nearest, ids);
}

async function resolved(catalog: MachineRuntimes, ids: readonly string[]): Promise<ResolvedRuntime[]> {
  const settled = await Promise.allSettled(ids.map(async (id) => await catalog.resolve(id)));
  return settled.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [outcome.value];
    process.stdout.write(`skipped: ${String(outcome.reason)}\n`);
    return [];
  });
}

/** Writes a deployment package's files; returns its directory. */
export function writePackage(files: Readonly<Record<string, string>>): string {
  folders += 1;
  const directory = join(scratch, `task-${folders}`);
  mkdirSync(directory);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

/** Starts a function from its files. */
export function startFunction(
  runtime: ResolvedRuntime,
  handler: string,
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): RuntimeProcess {
  return startPackage(runtime, handler, writePackage(files), variables);
}

/** Starts a function from a directory that is there. */
export function startPackage(
  runtime: ResolvedRuntime,
  handler: string,
  directory: string,
  variables: Readonly<Record<string, string>> = {},
): RuntimeProcess {
  const started = new RuntimeProcess(runtime, directory, { _HANDLER: handler, ...variables });
  running.add(started);
  return started;
}

/** Ends every process that is still there. */
export async function endFunctions(): Promise<void> {
  await Promise.all([...running].map(async (process) => await process.kill()));
  running.clear();
}

export async function removeEverything(): Promise<void> {
  await endFunctions();
  rmSync(scratch, { recursive: true, force: true });
}
