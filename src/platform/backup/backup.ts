import { existsSync } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Config, ConfigError, parseConfig, splitArguments } from '../../config.ts';
import { reasonOf } from '../../store/store-unavailable.ts';
import { StartError } from '../start-error.ts';
import { FileCopier } from './copy-files.ts';
import type { DatabaseCopy } from './database-copy.ts';
import { megabytes, Progress } from './progress.ts';
import { sqliteCopy } from './sqlite-copy.ts';

const HELP = `Usage: lambent backup FOLDER [flags of lambent start]

Copies the data directory into a new folder, while Lambent runs or not: what was accepted before it begins is in it. To
restore, copy the folder to where a data directory is to be, and start Lambent on that. With --store the database is
dumped into it (lambent.dump) by pg_dump, to be restored by pg_restore. The copy holds keys and environment variables: it
is readable for you alone. A folder without lambent.db or lambent.dump is no backup: it was not finished.

  --json  one object for programs: {folder, files, bytes, tookMs}`;

/** Of these the first clears away what was copied so far. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Copied {
  readonly files: number;
  readonly bytes: number;
  /** What the database names and the data directory does not have. */
  readonly missing: readonly string[];
}

/** @returns what to print @throws ConfigError, StartError */
export async function backUp(argv: readonly string[]): Promise<string> {
  if (argv.includes('--help') || argv.includes('-h')) return `${HELP}\n`;
  const { positionals, flags } = splitArguments(argv);
  const [named, another] = positionals;
  if (named === undefined || named === '')
    throw new ConfigError('Name the folder to copy to: lambent backup FOLDER [flags of lambent start]');
  if (another !== undefined) throw new ConfigError(`backup takes one folder, but got "${another}" as well`);
  const startedAt = performance.now();
  const config = parseConfig(flags, process.env, process.cwd());
  const folder = resolve(named);
  process.umask(0o077);
  const database = await databaseOf(config);
  const { files, bytes, missing } = await orRefuse(
    folder,
    async () => await copyTo(folder, config, database),
  );
  const [first] = missing;
  if (first !== undefined)
    throw new StartError(
      `The database names files that are missing or damaged in ${config.dataDir}: ${missing.length}, the first is ${first}. ` +
        `The backup in ${folder} has all the rest.`,
    );
  const tookMs = Math.round(performance.now() - startedAt);
  if (config.json) return `${JSON.stringify({ folder, files, bytes, tookMs })}\n`;
  return `Copied ${config.dataDir} to ${folder}: ${files} files, ${megabytes(bytes)}, in ${tookMs} ms.\n`;
}

async function databaseOf({ dataDir, store, ephemeral }: Config): Promise<DatabaseCopy> {
  if (ephemeral) throw new StartError('--ephemeral keeps nothing that could be copied.');
  if (store !== undefined) {
    // PostgreSQL's client is loaded by those who use it.
    const { postgresCopy } = await import('./postgres-copy.ts');
    return postgresCopy(store, dataDir);
  }
  const file = join(dataDir, 'lambent.db');
  try {
    await (await open(file, 'r')).close();
  } catch (error) {
    throw new StartError(
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? `There is no database in ${dataDir}. Name the data directory with --data-dir, and a database in PostgreSQL with --store.`
        : `The database cannot be read: ${reasonOf(error)}. Run this as the user who runs Lambent.`,
    );
  }
  return sqliteCopy(file);
}

async function copyTo(folder: string, config: Config, database: DatabaseCopy): Promise<Copied> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort(new Error('it was stopped'));
  for (const signal of SIGNALS) process.once(signal, stop);
  const progress = new Progress(!config.json);
  try {
    const place = await prepare(config.dataDir, folder, database);
    try {
      return await fill(place, config.dataDir, database, progress, stopping.signal);
    } catch (error) {
      // What is no backup is not to take up room, nor to be in the way of the next one.
      await clear(place).catch(() => undefined);
      throw error;
    }
  } finally {
    progress.say('');
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

async function fill(
  { folder, unfinished }: Place,
  dataDir: string,
  database: DatabaseCopy,
  progress: Progress,
  signal: AbortSignal,
): Promise<Copied> {
  const copier = new FileCopier(dataDir, folder, progress, signal);
  await copier.copyAhead();
  progress.say('copying the database');
  const missing = await copyMoment(copier, database, unfinished, signal);
  progress.say('making sure that all is on disk');
  await sync(unfinished);
  const total = await copier.syncNames();
  signal.throwIfAborted();
  // Only now is it a backup.
  await rename(unfinished, join(folder, database.fileName));
  await copier.syncFolder();
  return { ...total, missing };
}

/** The database as of one moment, and every file that it names then. @returns those that are not there */
async function copyMoment(
  copier: FileCopier,
  database: DatabaseCopy,
  file: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const release = await database.hold();
  try {
    const named = await database.writeTo(file, signal);
    const missing = await copier.copyNamed(named);
    await copier.copyRest();
    await copier.dropUnnamed(named);
    return missing;
  } finally {
    await release();
  }
}

interface Place {
  readonly folder: string;
  /** The name of the database's copy until all is copied. */
  readonly unfinished: string;
  /** The folder was not there. */
  readonly isNew: boolean;
}

async function prepare(dataDir: string, folder: string, { fileName }: DatabaseCopy): Promise<Place> {
  for (const own of [dataDir, join(dataDir, 'blobs'), join(dataDir, 'objects')])
    if (await isInside(own, folder))
      throw new StartError(`${folder} is in the data directory itself. Choose a folder outside.`);
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  const unfinished = `${fileName}.part`;
  const present = await readdir(folder);
  if (present.includes(unfinished))
    throw new StartError(`${folder} has a backup that was not finished, or is being made. Delete it first.`);
  if (present.length > 0) throw new StartError(`${folder} is not empty. Each backup is a folder of its own.`);
  // Of two that begin at once one fails here.
  await (await open(join(folder, unfinished), 'wx', 0o600)).close();
  return { folder, unfinished: join(folder, unfinished), isNew };
}

async function clear({ folder, isNew }: Place): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
  if (isNew) await rmdir(folder);
}

async function isInside(own: string, folder: string): Promise<boolean> {
  if (!existsSync(own)) return false;
  const way = relative(await realpath(own), await realPlace(folder));
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** Where a folder that may not be there yet is going to be. */
async function realPlace(path: string): Promise<string> {
  if (existsSync(path) || dirname(path) === path) return await realpath(path);
  return join(await realPlace(dirname(path)), relative(dirname(path), path));
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function orRefuse<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`There is no backup in ${folder}: ${reasonOf(error)}.`, { cause: error });
  }
}
