import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Interpreter, isProgram } from './interpreter.ts';
import { namesIn } from './what-is-there.ts';

/** `node-22.23.3`, as `installNode` names what it installs. */
const NAME = /^node-(\d+)\.(\d+)\.(\d+)$/;
/** What is not whole yet lies here. */
const UNPACKING = '.unpacking';

export function nodeDirectory(installDirectory: string, version: string): string {
  return join(installDirectory, `node-${version}`);
}

export function unpackingDirectory(installDirectory: string): string {
  return join(installDirectory, UNPACKING);
}

/** The Node.js versions that were installed on demand, newest first. */
export function installedNodes(installDirectory: string): Interpreter[] {
  return versionsIn(installDirectory).flatMap(({ name, version, release }) => {
    const path = join(installDirectory, name, 'bin/node');
    return isProgram(path) ? [{ path, version, release, origin: 'installed' as const }] : [];
  });
}

/**
 * Removes what an installation left that was cut short, and releases a newer one of the same major has replaced. For the
 * start of the platform, when nothing runs on them.
 */
export function tidyInstalledNodes(installDirectory: string): void {
  rmSync(unpackingDirectory(installDirectory), { recursive: true, force: true });
  const kept = new Set<number>();
  for (const { name, release } of versionsIn(installDirectory)) {
    if (kept.has(release)) rmSync(join(installDirectory, name), { recursive: true, force: true });
    kept.add(release);
  }
}

interface InstalledVersion {
  readonly name: string;
  readonly version: string;
  readonly release: number;
}

/** Newest first. */
function versionsIn(installDirectory: string): InstalledVersion[] {
  const numbered = namesIn(installDirectory).flatMap((name) => {
    const numbers = NAME.exec(name)?.slice(1).map(Number);
    return numbers === undefined ? [] : [{ name, numbers }];
  });
  return numbered
    .sort((a, b) => compare(b.numbers, a.numbers))
    .map(({ name, numbers }) => ({ name, version: numbers.join('.'), release: numbers[0] ?? 0 }));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((number, index) => number !== b[index]);
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
