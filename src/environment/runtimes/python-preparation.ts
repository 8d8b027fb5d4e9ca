import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';
import type { RuntimePreparation } from '../runtime-catalog.ts';
import { ownSources } from './code-imports.ts';

/** Modules named in import statements. */
const IMPORT = /^[ \t]*(?:from[ \t]+([\w.]+)|import[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)*))/gm;
/** The AWS SDK, which brings the other two along. */
const SDK = ['boto3', 'botocore'];
const SMALL = ['json', 'logging'];

/** Everything the interpreter itself looks at begins so. */
const START_VARIABLES = /^PYTHON/;

/** @param minor of Python 3 that the runtime is for: where layers keep their packages */
export function preparePython(minor: number): RuntimePreparation {
  return { startVariables: START_VARIABLES, predict: async (code) => await predict(code, minor) };
}

async function predict(code: readonly SharedDirectory[], minor: number): Promise<readonly string[]> {
  const task = code.find(({ sandboxPath }) => sandboxPath === '/var/task')?.hostPath ?? '';
  const found = new Set<string>();
  for await (const text of ownSources(task, ['.py'])) {
    for (const [, from, names = ''] of text.matchAll(IMPORT))
      for (const name of from === undefined ? names.split(',') : [from])
        found.add(name.trim().split('.', 1)[0] ?? '');
  }
  if (SDK.some((name) => found.has(name)) && !bringsSdk(code, minor)) return ['boto3'];
  return SMALL.filter((name) => found.has(name));
}

/** The runtime would find that out by itself, after loading its own for nothing. */
function bringsSdk(code: readonly SharedDirectory[], minor: number): boolean {
  const directories = code.flatMap(({ hostPath, sandboxPath }) =>
    sandboxPath === '/opt'
      ? [join(hostPath, 'python'), join(hostPath, `python/lib/python3.${minor}/site-packages`)]
      : [hostPath],
  );
  return directories.some((directory) => SDK.some((name) => existsSync(join(directory, name))));
}
