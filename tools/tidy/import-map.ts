import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * Which room of the house may import which (ARCHITECTURE.md shows the same map). Everyone may import `model`,
 * and itself; nobody imports sideways between two services.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'src/main': ['src/platform', 'src/config', 'src/telemetry'],
  'src/platform': ['*'],
  'src/config': [],
  'src/model': [],
  'src/aws': [],
  'src/sandbox': [],
  'src/telemetry': [],
  'src/store': [],
  'src/delivery': ['src/store'],
  'src/environment': ['src/sandbox', 'src/store'],
  'src/invoke': ['src/environment', 'src/store'],
  'src/event-source': ['src/invoke', 'src/store'],
  'src/front-doors': ['src/invoke', 'src/store', 'src/aws'],
  'src/services/*': ['src/aws', 'src/store', 'src/delivery'],
  'src/services/lambda': ['src/aws', 'src/store', 'src/invoke'],
  cli: [],
  runtimes: [],
};

/** The room a file belongs to: `src/aws`, `src/services/logs`, `cli`; undefined outside the house (tests, tools). */
export function roomOf(file: string): string | undefined {
  const parts = file.split('/');
  if (parts[0] === 'cli' || parts[0] === 'runtimes') return parts[0];
  if (parts[0] !== 'src' || parts[1] === undefined) return undefined;
  if (parts[1] === 'services' && parts[2] !== undefined) return `src/services/${parts[2]}`;
  return `src/${parts[1].replace(/\.ts$/, '')}`;
}

export function mayImport(from: string, to: string): boolean {
  if (from === to || to === 'src/model') return true;
  const allowed = ALLOWED[from] ?? (from.startsWith('src/services/') ? ALLOWED['src/services/*'] : undefined);
  return allowed !== undefined && (allowed.includes('*') || allowed.includes(to));
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Relative imports of one file, as paths from the project's root. */
export function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = match[1] ?? match[2] ?? '';
    if (target.startsWith('.')) found.push(relative(root, resolve(root, dirname(file), target)));
  }
  return found;
}

/** Every import that crosses a wall, as `file imports target: room may not import room`. */
export function wallsCrossed(root: string, files: readonly string[]): string[] {
  const problems: string[] = [];
  for (const file of files) {
    // Unit tests stand beside the code and may wire real parts together.
    const from = file.endsWith('.test.ts') ? undefined : roomOf(file);
    if (from === undefined) continue;
    for (const target of importsOf(root, file)) {
      const to = roomOf(target) ?? target.split('/')[0] ?? target;
      if (!mayImport(from, to)) problems.push(`${file} imports ${target}: ${from} may not import ${to}`);
    }
  }
  return problems;
}
