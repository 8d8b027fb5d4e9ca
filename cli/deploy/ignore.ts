/** One line of an ignore file. */
interface IgnoreRule {
  readonly pattern: RegExp;
  readonly isNegated: boolean;
  readonly foldersOnly: boolean;
}
export type IgnoreRules = readonly IgnoreRule[];

/** What no function needs at run time, or must not leave the machine. An ignore file can take it back with `!`. */
export const usualIgnores = [
  '.git',
  '.hg',
  '.svn',
  '.lambent',
  '.lambdaignore',
  '.lambentignore',
  'node_modules/.cache',
  '__pycache__',
  '*.py[co]',
  '.venv',
  '.pytest_cache',
  '.mypy_cache',
  '.env',
  '.env.*',
  '.DS_Store',
  'Thumbs.db',
];

/** Reads lines written as in a .gitignore file. */
export function parseIgnoreRules(lines: readonly string[]): IgnoreRules {
  return lines.flatMap((line) => {
    let text = line.trimEnd();
    if (text === '' || text.startsWith('#')) return [];
    const isNegated = text.startsWith('!');
    if (isNegated) text = text.slice(1);
    text = text.replace(/^\\(?=[#!])/, '');
    const foldersOnly = text.endsWith('/');
    if (foldersOnly) text = text.replace(/\/+$/, '');
    return text === '' ? [] : [{ pattern: toRegExp(text), isNegated, foldersOnly }];
  });
}

/**
 * The last rule that fits decides, as in git.
 * @param path relative to the folder, with `/` between its parts
 */
export function isIgnored(rules: IgnoreRules, path: string, isFolder: boolean): boolean {
  const rule = rules.findLast(({ pattern, foldersOnly }) => (isFolder || !foldersOnly) && pattern.test(path));
  return rule !== undefined && !rule.isNegated;
}

function toRegExp(text: string): RegExp {
  // A slash that is not the last letter ties the pattern to the folder itself; otherwise it fits at any depth.
  const isTied = text.includes('/');
  const source = text
    .replace(/^\//, '')
    .replaceAll(/\*\*\/|\/\*\*$|\*+|\?|\[[^\]/]+\]|\\.|[\s\S]/g, (token) => translate(token));
  try {
    return new RegExp(`^${isTied ? '' : '(?:.*/)?'}${source}$`, 's');
  } catch {
    // A broken [class] can only be meant literally.
    return new RegExp(`^${isTied ? '' : '(?:.*/)?'}${escape(text)}$`, 's');
  }
}

function translate(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '/**') return '/.*';
  if (token.startsWith('*')) return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.startsWith('[') && token.length > 1) return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
  return escape(token.length > 1 ? token.slice(1) : token);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
