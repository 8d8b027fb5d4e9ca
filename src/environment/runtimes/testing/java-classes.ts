import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { readdirSync } from 'node:fs';
import type { ResolvedRuntime } from '../../runtime-catalog.ts';
import { findJava } from '../java-interpreters.ts';
import { writePackage } from './functions.ts';

const SOURCES = join(import.meta.dirname, 'java/example');

/** Compiles the handlers in `java/` as a user would, against what the runtime offers; returns the package's directory. */
export function compileHandlers(runtime: ResolvedRuntime): string {
  const directory = writePackage({});
  const api = runtime.directories.find(({ sandboxPath }) => sandboxPath === '/var/runtime')?.hostPath ?? '';
  const compiler = findJava(process.env['PATH'] ?? '').find((java) => java.compiler !== undefined)?.compiler;
  const files = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  const options = ['--release', '8', '-nowarn', '-Xlint:-options', '-cp', api, '-d', directory];
  execFileSync(compiler ?? 'javac', [...options, ...files], { cwd: dirname(SOURCES), stdio: 'pipe' });
  return directory;
}
