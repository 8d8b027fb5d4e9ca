import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireAbove } from './installation.ts';
import type { JavaInterpreter } from './java-interpreters.ts';
import { moveInto } from './runtime-directory.ts';

/** The oldest runtime's Java runs what is compiled for it, and so do all later ones. */
const TARGET = '8';
/** By directory: all runtimes of Java want the same one. */
const building = new Map<string, Promise<string>>();
const COMPILER_LIMIT_MS = 120_000;

/**
 * Compiles the bootstrap into the directory a function sees as `/var/runtime`, once for all Java runtimes.
 * @param compilers of this machine, the best first; the first without problems does it
 * @throws Error with what the compiler says
 */
export async function buildJavaDirectory(
  cache: string,
  compilers: readonly JavaInterpreter[],
): Promise<string> {
  const source = requireAbove('runtimes/java');
  const names = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.java')).sort();
  const files = names.map((name) => join(source, name));
  const hash = createHash('sha256');
  for (const [index, name] of names.entries())
    hash.update(`${name}\n`).update(await readFile(files[index] ?? ''));
  const directory = join(cache, 'runtimes', `java-${hash.digest('hex').slice(0, 16)}`);
  const known = building.get(directory);
  if (known !== undefined) return await known;
  if (existsSync(directory)) return directory;
  const built = build(directory, compilers, files);
  building.set(directory, built);
  try {
    return await built;
  } finally {
    building.delete(directory);
  }
}

async function build(
  directory: string,
  compilers: readonly JavaInterpreter[],
  files: readonly string[],
): Promise<string> {
  const draft = `${directory}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    await compile(compilers, draft, files);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  await moveInto(directory, draft);
  return directory;
}

async function compile(
  [java, ...others]: readonly JavaInterpreter[],
  directory: string,
  files: readonly string[],
): Promise<void> {
  if (java?.compiler === undefined) throw new Error('This machine has no Java compiler (javac).');
  const target = java.release === Number(TARGET) ? [] : ['--release', TARGET];
  const options = ['-nowarn', '-Xlint:-options', '-encoding', 'UTF-8', '-d', directory];
  try {
    await promisify(execFile)(java.compiler, [...target, ...options, ...files], {
      timeout: COMPILER_LIMIT_MS,
    });
  } catch (error) {
    // Another one may still know how.
    if (others.length > 0) return await compile(others, directory, files);
    const said = (error as { readonly stderr?: string }).stderr?.trim() || String(error);
    throw new Error(`The Java bootstrap does not compile with ${java.compiler}: ${said}`, { cause: error });
  }
}
