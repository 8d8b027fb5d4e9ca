import { readFile, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Scopes that belong to the AWS SDK for JavaScript. */
const SCOPES = ['@aws-sdk', '@smithy', '@aws-crypto', '@aws'];

/**
 * The packages of the AWS SDK in a node_modules, with everything they depend on. Functions find these without
 * packaging them, and nothing else of the directory.
 * @returns their names, sorted
 */
export async function findSdkPackages(nodeModules: string): Promise<string[]> {
  const packages = new Set<string>();
  let names = (await Promise.all(SCOPES.map(async (scope) => await namesIn(nodeModules, scope)))).flat();
  while (names.length > 0) {
    const fresh = names.filter((name) => !packages.has(name) && existsSync(join(nodeModules, name)));
    for (const name of fresh) packages.add(name);
    names = (
      await Promise.all(fresh.map(async (name) => await dependencies(join(nodeModules, name))))
    ).flat();
  }
  return [...packages].sort();
}

async function namesIn(nodeModules: string, scope: string): Promise<string[]> {
  const directory = join(nodeModules, scope);
  return existsSync(directory) ? (await readdir(directory)).map((name) => `${scope}/${name}`) : [];
}

async function dependencies(directory: string): Promise<string[]> {
  const text = await readFile(join(directory, 'package.json'), 'utf8');
  const manifest = JSON.parse(text) as { readonly dependencies?: Readonly<Record<string, string>> };
  return Object.keys(manifest.dependencies ?? {});
}
