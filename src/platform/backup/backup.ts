import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Config, ConfigError, parseConfig } from '../../config.ts';
import { reasonOf } from '../../store/store-unavailable.ts';
import { StartError } from '../start-error.ts';
import { copyFiles, syncNames } from './copy-files.ts';
import { settleFiles, snapshotDatabase } from './snapshot-database.ts';

const HELP = `Usage: lambent backup FOLDER [flags of lambent start]

Copies the data directory into a new folder, while Lambent runs or not: what was accepted before it begins is in it. To
restore, copy the folder to where a data directory is to be, and start Lambent on that. The copy holds keys and
environment variables: it is readable for you alone.

  --json  one object for programs: {folder, files, bytes, tookMs}`;

/** What functions and clients delete while it is being copied is looked for again so often. */
const ATTEMPTS = 5;

/** @returns what to print @throws ConfigError, StartError */
export async function backUp(argv: readonly string[]): Promise<string> {
  if (argv.includes('--help') || argv.includes('-h')) return `${HELP}\n`;
  const [named, ...flags] = argv;
  if (named === undefined || named.startsWith('-'))
    throw new ConfigError('Name the folder to copy to: lambent backup FOLDER [flags of lambent start]');
  const startedAt = performance.now();
  const config = parseConfig(flags, process.env, process.cwd());
  const folder = resolve(named);
  process.umask(0o077);
  await prepare(config, folder);
  const copied = await orRefuse(folder, async () => await copyAll(config.dataDir, folder));
  const tookMs = Math.round(performance.now() - startedAt);
  if (config.json) return `${JSON.stringify({ folder, ...copied, tookMs })}\n`;
  const megabytes = (copied.bytes / 1_000_000).toFixed(1);
  return `Copied ${config.dataDir} to ${folder}: ${copied.files} files, ${megabytes} MB, in ${tookMs} ms.\n`;
}

async function prepare({ dataDir, store }: Config, folder: string): Promise<void> {
  if (store !== undefined) {
    throw new StartError(
      `The database is PostgreSQL: copy blobs and objects of ${dataDir}, take a dump with pg_dump, and copy them once more.`,
    );
  }
  if (!existsSync(join(dataDir, 'lambent.db')))
    throw new StartError(`There is no database in ${dataDir}. Name the data directory with --data-dir.`);
  if (!relative(dataDir, folder).startsWith('..'))
    throw new StartError(`${folder} is in the data directory itself. Choose a folder outside.`);
  await orRefuse(folder, async () => {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0)
      throw new StartError(`${folder} is not empty. Each backup is a folder of its own.`);
  });
}

async function copyAll(dataDir: string, folder: string): Promise<{ files: number; bytes: number }> {
  const total = { files: 1, bytes: 0 };
  // Most of what the database will name, so that little time passes between it and the rest.
  await copyFiles(dataDir, folder, total);
  let missing: readonly string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const bytes = await snapshotDatabase(join(dataDir, 'lambent.db'), join(folder, 'lambent.db'));
    await copyFiles(dataDir, folder, total);
    missing = await settleFiles(folder);
    if (missing.length > 0) continue;
    await syncNames(folder);
    return { ...total, bytes: total.bytes + bytes };
  }
  throw new StartError(
    `${missing.length} files that the database names are not in ${dataDir} (${missing[0]}, ...): the backup has all the rest.`,
  );
}

async function orRefuse<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The backup in ${folder} is not complete: ${reasonOf(error)}.`, { cause: error });
  }
}
