'use strict';

/** Finds the user's handler function from a handler string such as `dir/file.export`. */

const { readFileSync, statSync } = require('node:fs');
const path = require('node:path');

/** Node.js runs TypeScript files from this major on. */
const TYPESCRIPT_MAJOR = 24;

/** @param {string} file */
function exists(file) {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * What the nearest package.json says, up to the file system's root or a node_modules.
 * @param {string} directory
 * @returns {boolean}
 */
function isModulePackage(directory) {
  if (path.basename(directory) === 'node_modules') return false;
  const file = path.join(directory, 'package.json');
  if (exists(file)) {
    try {
      return JSON.parse(readFileSync(file, 'utf8'))?.type === 'module';
    } catch (error) {
      console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  const parent = path.dirname(directory);
  return parent === directory ? false : isModulePackage(parent);
}

/**
 * The file to load and whether it is an ES module, in the order in which Lambda looks.
 * @param {string} stem path without extension
 */
function findFile(stem) {
  if (exists(stem)) return { file: stem, esm: false };
  const esm = isModulePackage(path.dirname(stem));
  /** @type {[string, boolean][]} */
  const candidates = [
    ['.js', esm],
    ['.mjs', true],
    ['.cjs', false],
  ];
  if (Number(process.versions.node.split('.')[0]) >= TYPESCRIPT_MAJOR) {
    candidates.push(['.ts', esm], ['.mts', true], ['.cts', false]);
  }
  for (const [extension, isEsm] of candidates) {
    if (exists(stem + extension)) return { file: stem + extension, esm: isEsm };
  }
  return undefined;
}

/** @typedef {(this: unknown, content: string, file: string, ...rest: unknown[]) => unknown} Compile */

let isWatching = false;

/**
 * A CommonJS file may import ES modules at run time. The search paths for those are installed when the first such
 * file is compiled; everybody else pays for a text search only.
 */
function watchDynamicImports() {
  if (isWatching) return;
  isWatching = true;
  /** @type {unknown} */
  const loader = require('node:module').prototype;
  const prototype = /** @type {{ _compile: Compile }} */ (loader);
  const { _compile: compile } = prototype;
  /** @type {Compile} */
  function compileWatched(content, file, ...rest) {
    if (!file.includes('/node_modules/') && content.includes('import(')) {
      Object.assign(prototype, { _compile: compile });
      require('./esm-paths.cjs').install(content);
    }
    return compile.call(this, content, file, ...rest);
  }
  Object.assign(prototype, { _compile: compileWatched });
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {string} name
 * @returns {unknown} the module, or a promise of it
 */
function loadModule(root, folder, name) {
  const found = findFile(path.resolve(root, folder, name));
  if (found?.esm) {
    require('./esm-paths.cjs').install(readFileSync(found.file, 'utf8'));
    return import(require('node:url').pathToFileURL(found.file).href);
  }
  watchDynamicImports();
  return require(found?.file ?? require.resolve(name, { paths: [root, path.resolve(root, folder)] }));
}

/**
 * @param {unknown} error
 * @returns {unknown}
 */
function asLoadError(error) {
  const { runtimeError } = require('./errors.cjs');
  if (error instanceof SyntaxError) return runtimeError('UserCodeSyntaxError', String(error), error);
  if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
    return runtimeError('ImportModuleError', String(error));
  }
  return error;
}

/**
 * @param {unknown} module
 * @param {string} property e.g. `nested.handler`
 * @returns {unknown}
 */
function pick(module, property) {
  let value = module;
  for (const key of property.split('.')) {
    if (value === null || value === undefined) return undefined;
    value = /** @type {Record<string, unknown>} */ (value)[key];
  }
  return value;
}

/**
 * @param {unknown} module
 * @param {string} property
 * @param {string} handlerName the whole handler string, for messages
 */
function pickHandler(module, property, handlerName) {
  const handler = pick(module, property) || pick(pick(module, 'default'), property);
  if (typeof handler === 'function') return handler;
  const problem = handler ? 'is not a function' : 'is undefined or not exported';
  throw require('./errors.cjs').runtimeError('HandlerNotFound', `${handlerName} ${problem}`);
}

/** @param {string} message */
function malformed(message) {
  return require('./errors.cjs').runtimeError('MalformedHandlerName', message);
}

/**
 * Loads the function that `handlerName` names. CommonJS loads synchronously, an ES module gives a promise.
 * @param {string} root the task root
 * @param {string} handlerName e.g. `index.handler`, `dir/file.nested.handler`
 * @returns {Function | Promise<Function>} throws or rejects with what the caller of the function shall see
 */
function loadHandler(root, handlerName) {
  if (handlerName.includes('..')) {
    throw malformed(
      `'${handlerName}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const last = path.basename(handlerName);
  const dot = last.indexOf('.');
  if (dot === -1) throw malformed('Bad handler');
  const folder = handlerName.slice(0, handlerName.indexOf(last));
  const property = last.slice(dot + 1);
  try {
    const module = loadModule(root, folder, last.slice(0, dot));
    if (!(module instanceof Promise)) return pickHandler(module, property, handlerName);
    return module.then(
      (loaded) => pickHandler(loaded, property, handlerName),
      (error) => {
        throw asLoadError(error);
      },
    );
  } catch (error) {
    throw asLoadError(error);
  }
}

module.exports = { loadHandler };
