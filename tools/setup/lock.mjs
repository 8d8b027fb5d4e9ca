import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const heartbeatMs = 2_000;
const staleMs = 30_000;
const askAgainMs = 100;

/** Does the work while holding a lock folder, so that two set-ups in one checkout take turns. */
export async function withLock(folder, work) {
  mkdirSync(dirname(folder), { recursive: true });
  let hasSaidSo = false;
  while (!tryLock(folder)) {
    if (removeIfAbandoned(folder)) continue;
    if (!hasSaidSo) process.stderr.write('lambent: waiting for another set-up in this checkout\n');
    hasSaidSo = true;
    await sleep(askAgainMs);
  }
  const heartbeat = setInterval(() => touch(folder), heartbeatMs);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(folder, { recursive: true, force: true });
  }
}

function tryLock(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'owner'), owner(process.pid));
  return true;
}

const owner = (pid) => `${hostname()} ${pid}`;

/** A lock is abandoned when its process is gone or, where that cannot be asked, when its heartbeat stopped. */
function removeIfAbandoned(folder) {
  const before = readOwner(folder);
  if (!isAbandoned(folder, before)) return false;
  // Renamed first: of several that come to this conclusion, one gets the folder.
  const aside = `${folder}.${process.pid}`;
  try {
    renameSync(folder, aside);
  } catch {
    return true;
  }
  // A faster one may have renamed the abandoned folder and locked anew in between: then this is its lock.
  if (readOwner(aside) === before) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, folder);
  return true;
}

function isAbandoned(folder, text) {
  const pid = Number(text?.split(' ').at(-1));
  if (pid > 0 && text === owner(pid) && !isRunning(pid)) return true;
  try {
    return Date.now() - statSync(folder).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOwner(folder) {
  try {
    return readFileSync(join(folder, 'owner'), 'utf8');
  } catch {
    return undefined;
  }
}

function touch(folder) {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // Someone removed the folder by hand; the work goes on.
  }
}
