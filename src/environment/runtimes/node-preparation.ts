import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';
import type { RuntimePreparation } from '../runtime-catalog.ts';
import { ownSources } from './code-imports.ts';

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];
/** Packages named in import and export declarations, dynamic imports and calls of `require`. */
const IMPORTED = /\b(?:from|import|require)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w.-]+)['"]/g;
/** Tracing libraries change packages while those load, so nothing may have been loaded before. */
const INSTRUMENTATION = ['require-in-the-middle', 'import-in-the-middle'];

/** Node.js itself, OpenSSL and the thread pool look at these when they start; NODE_PATH is read again. */
const START_VARIABLES =
  /^(?:NODE_(?!ENV$|PATH$)|UV_|SSL_CERT_|AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA$|AWS_LAMBDA_MAX_CONCURRENCY$)/;

/** @param packages what comes with the runtime: the AWS SDK */
export function prepareNode(packages: ReadonlySet<string>): RuntimePreparation {
  return { startVariables: START_VARIABLES, predict: async (code) => await predict(code, packages) };
}

async function predict(
  code: readonly SharedDirectory[],
  packages: ReadonlySet<string>,
): Promise<readonly string[]> {
  const directories = code.flatMap(packageDirectories);
  if (INSTRUMENTATION.some((name) => isIn(directories, name))) return [];
  const task = code.find(({ sandboxPath }) => sandboxPath === '/var/task')?.hostPath ?? '';
  const found = new Set<string>();
  for await (const text of ownSources(task, EXTENSIONS)) {
    if (INSTRUMENTATION.some((name) => text.includes(name))) return [];
    for (const [, name = ''] of text.matchAll(IMPORTED)) if (packages.has(name)) found.add(name);
  }
  // Packages the function brings itself are other files.
  return [...found].filter((name) => !isIn(directories, name)).sort();
}

/** Where `require` looks before it comes to the runtime's own packages. */
function packageDirectories({ hostPath, sandboxPath }: SharedDirectory): string[] {
  const majors = ['20', '22', '24', '26'].map((major) => `nodejs/node${major}/node_modules`);
  const names = sandboxPath === '/opt' ? ['nodejs/node_modules', ...majors] : ['node_modules'];
  return names.map((name) => join(hostPath, name));
}

function isIn(directories: readonly string[], name: string): boolean {
  return directories.some((directory) => existsSync(join(directory, name)));
}
