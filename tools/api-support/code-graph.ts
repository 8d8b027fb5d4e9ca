import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A top-level declaration of a source file: what it names, and what it stands on. */
interface Declaration {
  readonly words: ReadonlySet<string>;
  readonly isType: boolean;
}

interface SourceFile {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** By its name here, which file an imported name is from and what it is called there. */
  readonly imports: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
}

const DECLARATION =
  /^(?:export )?(?:default )?(?:declare )?(?:async )?(function\*?|const|let|class|abstract class|interface|type)\s+(\w+)/;
const IMPORT = /^import (type )?\{([^}]*)\} from '(\.[^']+)';/gm;

/**
 * Which declarations of a program's sources stand on which others, as far as names tell. Declarations of types count for
 * nothing: they do nothing.
 */
export class CodeGraph {
  readonly #files = new Map<string, SourceFile>();

  /** The words of a declaration and of all it stands on, outside of comments. */
  wordsFrom(file: string, name: string): ReadonlySet<string> {
    const words = new Set<string>();
    const seen = new Set<string>();
    const waiting: (readonly [file: string, name: string])[] = [[file, name]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next.join('#'))) continue;
      seen.add(next.join('#'));
      waiting.push(...this.#collect(next[0], next[1], words));
    }
    return words;
  }

  /** Whether the file declares it, or has it from another. */
  knows(file: string, name: string): boolean {
    const { declarations, imports } = this.#file(file);
    return imports.has(name) || declarations.has(name);
  }

  /** @returns what the declaration stands on */
  #collect(file: string, name: string, words: Set<string>): (readonly [string, string])[] {
    const { declarations, imports } = this.#file(file);
    const from = imports.get(name);
    if (from !== undefined) return [[from.file, from.name]];
    const declaration = declarations.get(name);
    if (declaration === undefined || declaration.isType) return [];
    for (const word of declaration.words) words.add(word);
    const next = [...declaration.words].filter((word) => imports.has(word) || declarations.has(word));
    return next.map((word) => [file, word]);
  }

  #file(path: string): SourceFile {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const text = withoutComments(readFileSync(path, 'utf8'));
    const read = { declarations: declarationsIn(text), imports: importsOf(path, text) };
    this.#files.set(path, read);
    return read;
  }
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

function importsOf(path: string, text: string): SourceFile['imports'] {
  const found = new Map<string, { file: string; name: string }>();
  for (const [, isType, names = '', from = ''] of text.matchAll(IMPORT)) {
    if (isType !== undefined) continue;
    for (const one of names.split(',').map((part) => part.trim())) {
      const [name = '', alias = name] = one.split(' as ');
      if (one !== '' && !one.startsWith('type ')) found.set(alias, { file: join(dirname(path), from), name });
    }
  }
  return found;
}

/** A declaration begins in the first column and goes on to the next one. */
function declarationsIn(text: string): SourceFile['declarations'] {
  const found = new Map<string, Declaration>();
  const starts = [
    ...text.matchAll(/^(?:export|const|let|function|async|class|abstract|interface|type)\b.*/gm),
  ];
  for (const [index, start] of starts.entries()) {
    const [, kind, name] = DECLARATION.exec(start[0]) ?? [];
    if (name === undefined) continue;
    const body = text.slice(start.index, starts[index + 1]?.index);
    const isType = kind === 'interface' || kind === 'type';
    // Overloads have one name.
    const words = [...(found.get(name)?.words ?? []), ...(body.match(/\w+/g) ?? [])];
    found.set(name, { words: new Set(words), isType });
  }
  return found;
}
