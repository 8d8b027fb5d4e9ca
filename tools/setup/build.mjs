import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { bundles } from './bundles.mjs';
import { pinnedNode } from './install.mjs';
import { SetupError } from './setup-error.mjs';

const projects = ['src', 'cli'];
const programs = ['dist/src/main.js', 'dist/cli/main.js', ...bundles.map(({ file }) => file)];
const mostLines = 12;
const otherInputs = [
  'tsconfig.base.json',
  'package-lock.json',
  'tools/setup/bundle.mjs',
  'tools/setup/bundles.mjs',
  'tools/setup/empty-database.mjs',
  'tools/setup/globals.mjs',
];

/** Whether dist was built from the sources as they are. */
export function isBuilt(root) {
  if (!hasPrograms(root)) return false;
  try {
    return readFileSync(stampFile(root), 'utf8') === fingerprint(root);
  } catch {
    return false;
  }
}

/** Compiles what runs, and copies what the compiler leaves behind. Tests and tools are not compiled. */
export async function build(root) {
  // Taken before: what is edited meanwhile is built next time.
  const built = fingerprint(root);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  // A deleted dist with its build information left over would count as up to date.
  const force = hasPrograms(root) ? [] : ['--force'];
  await run(root, [tsc, '-b', ...projects, ...force], 'The sources do not compile');
  for (const project of projects) copyAssets(root, project);
  await run(root, [join(root, 'tools/setup/bundle.mjs')], 'The programs cannot be put together');
  await run(root, [join(root, 'tools/setup/empty-database.mjs')], 'The empty database cannot be made');
  writeFileSync(stampFile(root), built);
}

async function run(root, words, complaint) {
  const { runProgram } = await import('./run-program.mjs');
  const { status, output } = await runProgram(pinnedNode(root), words, { cwd: root, env: process.env });
  if (status !== 0) throw new SetupError(`${complaint}:\n${head(output)}`);
}

function head(output) {
  const lines = output.trim().split('\n');
  const more = lines.length > mostLines ? [`... and ${lines.length - mostLines} more lines`] : [];
  return [...lines.slice(0, mostLines), ...more].join('\n');
}

function hasPrograms(root) {
  return programs.every((program) => existsSync(join(root, program)));
}

const stampFile = (root) => join(root, 'dist/.setup-build');

/** Path, size and modification time of every input: a deleted file and an older one count as changes too. */
function fingerprint(root) {
  const files = [...projects.flatMap((project) => inputs(root, project)), ...otherInputs];
  return files
    .map((file) => {
      const { mtimeMs, size } = statSync(join(root, file));
      return `${file} ${mtimeMs} ${size}\n`;
    })
    .join('');
}

/** Files under a folder, as paths from the root, in a fixed order. */
function inputs(root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return inputs(root, path);
      return entry.isFile() && !entry.name.endsWith('.test.ts') ? [path] : [];
    });
}

/** Service models and other data files keep their place beside the code that reads them. */
function copyAssets(root, project) {
  for (const file of inputs(root, project)) {
    if (file.endsWith('.ts') || file.endsWith('.md') || file.endsWith('/tsconfig.json')) continue;
    const from = join(root, file);
    const to = join(root, 'dist', file);
    const source = statSync(from);
    const copy = statSync(to, { throwIfNoEntry: false });
    if (copy !== undefined && copy.size === source.size && copy.mtimeMs >= source.mtimeMs) continue;
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
  }
}
