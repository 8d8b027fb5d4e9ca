import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/**
 * Puts the server's some five hundred modules into one file: finding and linking them one by one was most of the time
 * from the command to serving. Workers and helper processes keep running from the modules tsc wrote.
 */
export async function bundleServer(root) {
  const { build } = createRequire(join(root, 'package.json'))('esbuild');
  const outfile = join(root, 'dist/server.js');
  await build({
    entryPoints: [join(root, 'dist/src/main.js')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'silent',
    // Only needed with --store, and only loaded then.
    external: ['pg', 'pg-native', 'yaml'],
    banner: {
      js: "import { createRequire as lambentRequire } from 'node:module'; const require = lambentRequire(import.meta.url);",
    },
    plugins: [ownAddresses(outfile)],
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
