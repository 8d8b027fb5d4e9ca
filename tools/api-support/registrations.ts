import { readFileSync } from 'node:fs';
import { sourceFiles } from './source-files.ts';

/** Where a service's code says what answers an operation: `PutRule: putRule(deps),`. */
export interface Registration {
  readonly file: string;
  /** What stands behind the operation's name. */
  readonly expression: string;
  /** The top-level declaration that says so. */
  readonly within: string;
}

/** A member of an object that stands not too deep, with the lines below it. */
const MEMBER = /^( {4,6})([A-Z]\w+): (.*(?:\n\1 .*)*)/gm;

/** By what they are called, operations and members of other objects alike. @param folder of a service's code */
export function registrationsIn(folder: URL): ReadonlyMap<string, Registration> {
  const found = new Map<string, Registration>();
  for (const file of sourceFiles(folder)) {
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(MEMBER)) {
      const [, , name = '', expression = ''] = match;
      if (!file.endsWith('-service.ts') && found.has(name)) continue;
      found.set(name, { file, expression, within: declarationBefore(text, match.index) });
    }
  }
  return found;
}

function declarationBefore(text: string, index: number): string {
  return [...text.slice(0, index).matchAll(/^(?:export )?(?:function|const) (\w+)/gm)].at(-1)?.[1] ?? '';
}
