import { type Condition, readConditions } from './condition-tree.ts';
import { invalidPattern, PatternReader } from './pattern-reader.ts';
import { splitFields } from './split-fields.ts';
import { readComparison } from './value-test.ts';

type Field = Condition<string> | 'rest';

const FIELD_NAME = /[\p{L}\p{N}_-]*/uy;

/**
 * Compiles `[ip, user, ..., status = 4*, bytes > 1000]`. A message has to have exactly as many fields, or at least
 * as many where `...` stands for any number of them.
 * @throws ServiceError
 */
export function compileSpacePattern(pattern: string): Condition<string> {
  if (!pattern.endsWith(']'))
    throw invalidPattern("If a filter pattern starts with '[' it must end with ']'");
  const fields = readFields(new PatternReader(pattern.slice(1, -1)));
  const rest = fields.indexOf('rest');
  if (rest !== fields.lastIndexOf('rest')) throw invalidPattern();
  const before = conditions(rest === -1 ? fields : fields.slice(0, rest));
  const after = conditions(rest === -1 ? [] : fields.slice(rest + 1));
  const least = before.length + after.length;
  return (message) => {
    const values = splitFields(message);
    if (rest === -1 ? values.length !== least : values.length < least) return false;
    return (
      before.every((matches, index) => matches(values[index] ?? '')) &&
      after.every((matches, index) => matches(values[values.length - after.length + index] ?? ''))
    );
  };
}

function readFields(reader: PatternReader): Field[] {
  const fields = [readField(reader)];
  while (reader.take(',')) fields.push(readField(reader));
  if (!reader.isAtEnd) throw reader.unexpected();
  return fields;
}

function readField(reader: PatternReader): Field {
  if (reader.take('...')) return 'rest';
  // An unnamed field takes any value, as does a name without a condition.
  if (reader.next === ',' || reader.isAtEnd) return () => true;
  let name: string | undefined;
  return readConditions(reader, () => {
    reader.skipSpace();
    const own = reader.match(FIELD_NAME);
    if (own === '') throw reader.unexpected();
    name ??= own;
    // One field's conditions are about that field only.
    if (own !== name) throw invalidPattern();
    return readComparison(reader) ?? (() => true);
  });
}

function conditions(fields: readonly Field[]): Condition<string>[] {
  return fields.filter((field) => field !== 'rest');
}
