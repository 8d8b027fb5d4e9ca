/**
 * Puts modules that a program loads in any case into its own file: to find, read and compile eight files takes Node.js 1.5 ms
 * more than one. What else asks for one of them finds it loaded.
 * @param program source of a CommonJS program
 * @param modules sources by file name, each behind those it needs
 * @param condition an expression; where it is false the program loads them as it did
 */
export function withModules(
  program: string,
  modules: ReadonlyMap<string, string>,
  condition: string,
): string {
  const known = new Set<string>();
  const parts = [...modules].map(([name, source]) => {
    const joined = source.replaceAll(/\brequire\('\.\/([\w.-]+)'\)/g, (call, wanted: string) => {
      if (known.has(wanted)) return `loaded['${wanted}']`;
      if (modules.has(wanted)) throw new Error(`${name} needs ${wanted}, which comes later.`);
      return call;
    });
    known.add(name);
    // In parentheses: compiled with the file, as it is called at once.
    return `put('${name}', (function (module) {${joined}\nreturn module.exports;\n})({ exports: {} }));\n`;
  });
  return `'use strict';\nif (${condition}) {\n${PUT}${parts.join('')}}\n${program}`;
}

const PUT = `const { Module } = require('node:module');
const loaded = {};
const put = (name, exports) => {
  const filename = __dirname + '/' + name;
  loaded[name] = exports;
  require.cache[filename] = Object.assign(new Module(filename, module), { filename, exports, loaded: true });
};
`;
