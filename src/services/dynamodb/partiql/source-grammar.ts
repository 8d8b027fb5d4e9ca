import { validation } from '../dynamodb-errors.ts';
import { isKeyword } from './keywords.ts';
import { notWellFormed } from './statement-error.ts';
import type { StatementReader } from './statement-reader.ts';
import type { Source } from './written-statement.ts';

/** `table` or `table.index`, quoted or not. Throws ValidationException. */
export function source(reader: StatementReader): Source {
  const [table = '', index, ...others] = names(reader);
  if (others.length > 0) throw validation('A path may contain at most 2 components in the FROM clause');
  if (table === '' || index === '') throw validation('Path component cannot be an empty string');
  return index === undefined ? { table } : { table, index };
}

function names(reader: StatementReader): string[] {
  const found: string[] = [];
  do {
    const { type, text } = reader.next;
    if (type !== 'quoted' && (type !== 'word' || isKeyword(text))) {
      throw notWellFormed(
        found.length === 0 ? 'Expected identifier for simple path' : 'Invalid path dot component',
      );
    }
    found.push(reader.take().text);
  } while (reader.takeSymbol('.'));
  return found;
}

/** DynamoDB knows no second names, neither of tables nor of attributes. */
export function refuseAlias(reader: StatementReader): void {
  const { type, text } = reader.next;
  const isName = type === 'quoted' || (type === 'word' && !isKeyword(text));
  if (isName || reader.isKeyword('as', 'at')) throw validation('Aliasing is not supported');
}
