import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Config } from '../../config.ts';
import { mostWorkers } from '../workers/most-workers.ts';
import { type Finding, limited, missing, ok } from './finding.ts';

const GIGABYTE = 1e9;
/** Descriptors: about a dozen for each environment and connection. */
const FEW_FILES = 4096;
const LITTLE_DISK_GB = 2;
const LITTLE_MEMORY_GB = 0.5;
const OTHER_PLACE = 'choose another place with --data-dir';

export async function checkResources(config: Config): Promise<Finding[]> {
  return [
    openFiles(),
    await disk(config.dataDir),
    memory(),
    ok('resources', 'processors', String(availableParallelism())),
    workers(config),
  ];
}

/** The part of Node.js's report that is used here. */
interface Report {
  readonly userLimits?: Readonly<Record<string, { readonly hard: number | 'unlimited' }>>;
}

function openFiles(): Finding {
  const { userLimits } = process.report.getReport() as Report;
  // Node.js raises its own limit as far as it may.
  const most = userLimits?.['open_files']?.hard;
  const says = `${most ?? 'unknown'} at most`;
  if (typeof most !== 'number' || most >= FEW_FILES) return ok('resources', 'open files', says);
  return limited('resources', 'open files', says, 'raise it before starting Lambent: ulimit -Hn 65536');
}

async function disk(dataDir: string): Promise<Finding> {
  let path = dataDir;
  while (!existsSync(path)) path = dirname(path);
  const problem = await access(path, constants.W_OK | constants.X_OK).then(() => undefined, String);
  if (problem !== undefined)
    return missing('resources', 'disk', `${dataDir} cannot be written: ${problem}`, OTHER_PLACE);
  const { bavail, bsize } = await statfs(path);
  const freeGb = (bavail * bsize) / GIGABYTE;
  const says = `${freeGb.toFixed(1)} GB free for ${dataDir}`;
  if (freeGb >= LITTLE_DISK_GB) return ok('resources', 'disk', says);
  return limited('resources', 'disk', says, `free some, or ${OTHER_PLACE}`);
}

function memory(): Finding {
  const freeGb = freemem() / GIGABYTE;
  const says = `${freeGb.toFixed(1)} of ${(totalmem() / GIGABYTE).toFixed(1)} GB available`;
  if (freeGb >= LITTLE_MEMORY_GB) return ok('resources', 'memory', says);
  return limited('resources', 'memory', says, 'functions of 128 MB and more will not find much room');
}

function workers(config: Config): Finding {
  const most = mostWorkers(config);
  if (most === 0) return ok('resources', 'workers', 'none: the main process runs all invokes');
  const when =
    config.workers === 'auto' ? `up to ${most}, started when one process is not enough` : `${most}`;
  return ok('resources', 'workers', when);
}
