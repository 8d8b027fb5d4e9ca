import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importCircles } from './import-circles.ts';
import { importsOf, wallsCrossed } from './import-map.ts';

/** The gate for what no linter sees: the import map, leftover notes, paths of somebody's machine, stray large files. */
const root = join(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '');
const code = files.filter((file) => /\.(ts|mjs|cjs|js|py|rb|java|go|rs)$/.test(file));

const problems = [
  ...wallsCrossed(root, code),
  ...circles(),
  ...code.flatMap(leftovers),
  ...code.flatMap(tooLong),
];
for (const problem of problems) console.log(problem);
console.log(
  problems.length === 0 ? `tidy: ${code.length} files in order` : `tidy: ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function circles(): string[] {
  const known = new Set(code.filter((file) => !file.startsWith('test/')));
  const targets = (file: string): string[] => importsOf(root, file).filter((target) => known.has(target));
  return importCircles([...known], targets).map((circle) => `a circle of imports: ${circle.join(' -> ')}`);
}

function leftovers(file: string): string[] {
  if (file.startsWith('tools/tidy/')) return [];
  const patterns: readonly [RegExp, string][] = [
    [/\b(TODO|FIXME|XXX|HACK)\b/, 'a leftover note: do it or say it in an issue'],
    [/(?:\/home\/\w+|\/Users\/\w+|\/work\/(?:main|shared))\b/, 'a path of one machine'],
  ];
  const found: string[] = [];
  for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    for (const [pattern, why] of patterns) if (pattern.test(line)) found.push(`${file}:${index + 1} ${why}`);
  }
  return found;
}

function tooLong(file: string): string[] {
  const limit = file.includes('.test.') || file.startsWith('test/') ? 450 : 250;
  const lines = readFileSync(join(root, file), 'utf8').split('\n').length;
  return lines > limit ? [`${file} has ${lines} lines: ${limit} at most, make the room it wants`] : [];
}
