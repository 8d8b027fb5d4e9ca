'use strict';

/**
 * Lets ES modules find bare packages in the directories of NODE_PATH (layers, the AWS SDK), as CommonJS does and as
 * Lambda's own Node.js does. Only loaded for code that imports.
 */

const nodeModule = require('node:module');

/** Specifiers in import and export declarations and in dynamic imports; the second form has none we can read. */
const SPECIFIER = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]|\bimport\s*\(\s*[^'"\s]/g;

/**
 * Whether the search paths can matter to this file: without relative or bare imports they cannot.
 * @param {string} source
 */
function importsFiles(source) {
  for (const [, specifier] of source.matchAll(SPECIFIER)) {
    if (specifier === undefined || !nodeModule.isBuiltin(specifier)) return true;
  }
  return false;
}

/**
 * Files as which to resolve a package, one for each directory of NODE_PATH that is a `node_modules`.
 * @returns {string[]} URLs
 */
function searchParents() {
  const { pathToFileURL } = require('node:url');
  const directories = (process.env['NODE_PATH'] ?? '').split(':');
  const suffix = '/node_modules';
  return directories
    .filter((directory) => directory.endsWith(suffix))
    .map((directory) => pathToFileURL(`${directory.slice(0, -suffix.length)}/_.js`).href);
}

/**
 * @param {string} specifier
 * @param {unknown} error
 */
function isMissingPackage(specifier, error) {
  if (/^(?:\.{0,2}\/|#|[a-z]+:)/.test(specifier)) return false;
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

/** @param {string[]} parents */
function installHooks(parents) {
  nodeModule.registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!isMissingPackage(specifier, error)) throw error;
        for (const parentURL of parents) {
          try {
            return nextResolve(specifier, { ...context, parentURL });
          } catch {
            // Not there either: the first error is the one that names the importing file.
          }
        }
        throw error;
      }
    },
  });
}

let installed = false;

/** @param {string} source of the file that is about to be loaded */
function install(source) {
  if (installed) return;
  if (typeof nodeModule.registerHooks === 'function') {
    installed = true;
    installHooks(searchParents());
    return;
  }
  // Older versions run hooks in a thread, which costs more than the rest of the start.
  if (!importsFiles(source)) return;
  installed = true;
  const { pathToFileURL } = require('node:url');
  const hooks = pathToFileURL(`${__dirname}/esm-path-hooks.mjs`).href;
  nodeModule.register(hooks, { data: searchParents() });
}

module.exports = { install, isMissingPackage };
