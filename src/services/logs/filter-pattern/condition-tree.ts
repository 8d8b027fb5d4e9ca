import type { PatternReader } from './pattern-reader.ts';

/** A condition on whatever the pattern is matched against. */
export type Condition<Subject> = (subject: Subject) => boolean;

/**
 * Reads conditions joined by `&&` and `||` with parentheses, `&&` binding closer.
 * @param readOne reads a single condition
 */
export function readConditions<Subject>(
  reader: PatternReader,
  readOne: () => Condition<Subject>,
): Condition<Subject> {
  const alternatives = [readAll(reader, readOne)];
  while (reader.take('||')) alternatives.push(readAll(reader, readOne));
  const [only] = alternatives;
  if (alternatives.length === 1 && only !== undefined) return only;
  return (subject) => alternatives.some((matches) => matches(subject));
}

function readAll<Subject>(reader: PatternReader, readOne: () => Condition<Subject>): Condition<Subject> {
  const all = [readNested(reader, readOne)];
  while (reader.take('&&')) all.push(readNested(reader, readOne));
  const [only] = all;
  if (all.length === 1 && only !== undefined) return only;
  return (subject) => all.every((matches) => matches(subject));
}

function readNested<Subject>(reader: PatternReader, readOne: () => Condition<Subject>): Condition<Subject> {
  if (!reader.take('(')) return readOne();
  const inner = readConditions(reader, readOne);
  reader.expect(')');
  return inner;
}
