import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { bundles } from './bundles.mjs';

// A program of its own: it has to run on the Node.js that runs its results, to know what that one's modules have.
await Promise.all(bundles.map(async (each) => await bundle(process.cwd(), each)));

async function bundle(root, { program, file }) {
  const { build } = createRequire(join(root, 'package.json'))('esbuild');
  const outfile = join(root, file);
  await build({
    entryPoints: [join(root, program)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    inject: [join(root, 'tools/setup/globals.mjs')],
    target: 'node24',
    legalComments: 'none',
    // Node.js keeps the text in memory, twice as much where a comment has a letter that is not ASCII.
    minifyWhitespace: true,
    logLevel: 'silent',
    // Only needed with --store, and only loaded then.
    external: ['pg', 'pg-native', 'yaml'],
    banner: {
      js: "import { createRequire as lambentRequire } from 'node:module'; const require = lambentRequire(import.meta.url);",
    },
    plugins: [ownAddresses(outfile), plainHttp()],
  });
}

/** A module in the bundle still finds what stands beside its own file. */
function ownAddresses(outfile) {
  return {
    name: 'own-addresses',
    setup(builder) {
      builder.onLoad({ filter: /dist[\\/]src[\\/].*\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!text.includes('import.meta.')) return undefined;
        const here = JSON.stringify(`./${relative(dirname(outfile), path)}`);
        const address = `new URL(${here}, import.meta.url)`;
        const contents = text
          .replaceAll(/import\.meta\.url\b/g, `${address}.href`)
          .replaceAll(
            /import\.meta\.dirname\b/g,
            `decodeURIComponent(new URL('.', ${address}).pathname.slice(0, -1))`,
          );
        return { contents, loader: 'js' };
      });
    },
  };
}

/**
 * Node.js evaluates all that one of its own modules has when that is imported, also what the module itself loads only when
 * asked: with `node:http` comes the whole client of `fetch`, 60 ms and 13 MiB in each process.
 */
function plainHttp() {
  return {
    name: 'plain-http',
    setup(builder) {
      const namespace = 'plain-http';
      builder.onResolve({ filter: /^(node:)?http$/ }, ({ path, kind }) =>
        kind === 'import-statement' ? { path, namespace } : undefined,
      );
      builder.onLoad({ filter: /./, namespace }, () => ({
        contents: plainModule('node:http'),
        loader: 'js',
      }));
    },
  };
}

/** With the names that are plain values: what else a module has is reached through its default export. */
function plainModule(name) {
  const found = process.getBuiltinModule(name);
  const names = Object.entries(Object.getOwnPropertyDescriptors(found))
    .filter(([, property]) => 'value' in property)
    .map(([key]) => `export const ${key} = all.${key};`);
  return [`const all = process.getBuiltinModule('${name}');`, 'export default all;', ...names].join('\n');
}
