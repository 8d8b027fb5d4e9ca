/** The hooks of esm-paths.cjs for versions of Node.js that run them in a thread of their own. */

import esmPaths from './esm-paths.cjs';

/** @type {string[]} */
let parents = [];

/** @param {string[]} data URLs of the files as which to resolve a missing package */
export function initialize(data) {
  parents = data;
}

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!esmPaths.isMissingPackage(specifier, error)) throw error;
    for (const parentURL of parents) {
      try {
        return await nextResolve(specifier, { ...context, parentURL });
      } catch {
        // Not there either: the first error is the one that names the importing file.
      }
    }
    throw error;
  }
}
