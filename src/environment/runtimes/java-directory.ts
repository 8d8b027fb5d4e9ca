import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildCompiledDirectory } from './compiled-directory.ts';
import type { JavaInterpreter } from './java-interpreters.ts';

/** The oldest runtime's Java runs what is compiled for it, and so do all later ones. */
const TARGET = '8';
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
  return await buildCompiledDirectory(cache, { name: 'java', extension: '.java' }, async (directory, files) =>
    compile(compilers, directory, files),
  );
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
