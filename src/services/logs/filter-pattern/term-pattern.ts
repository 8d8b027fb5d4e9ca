import type { Condition } from './condition-tree.ts';
import { compileRegex } from './linear-regex.ts';
import { PatternReader } from './pattern-reader.ts';

const WORD = /[\p{L}\p{N}_]+/uy;

/**
 * Compiles `ERROR "out of memory" -ARGUMENTS %5\d\d%` and `?ERROR ?WARN`. Terms match anywhere, also within a word.
 * @throws ServiceError
 */
export function compileTermPattern(pattern: string): Condition<string> {
  const reader = new PatternReader(pattern);
  const all: Condition<string>[] = [];
  const any: Condition<string>[] = [];
  while (!reader.isAtEnd) {
    if (reader.take('?')) {
      any.push(readTerm(reader));
    } else if (reader.take('-')) {
      const excluded = readTerm(reader);
      all.push((message) => !excluded(message));
    } else {
      all.push(readTerm(reader));
    }
  }
  // Optional terms count only when there are no others; AWS ignores them next to required or excluded ones.
  if (all.length > 0) return (message) => all.every((matches) => matches(message));
  if (any.length > 0) return (message) => any.some((matches) => matches(message));
  return () => true;
}

function readTerm(reader: PatternReader): Condition<string> {
  const regex = reader.percent();
  if (regex !== undefined) return compileRegex(regex);
  const phrase = reader.quoted();
  // A phrase of nothing but white space is the documented way to say "everything".
  if (phrase !== undefined) return phrase.trim() === '' ? () => true : contains(phrase);
  reader.skipSpace();
  const word = reader.match(WORD);
  if (word === '') throw reader.unexpected();
  return contains(word);
}

function contains(term: string): Condition<string> {
  return (message) => message.includes(term);
}
