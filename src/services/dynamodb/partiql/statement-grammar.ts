import { validation } from '../dynamodb-errors.ts';
import { deletion, fromFirst, insertion, update } from './change-grammar.ts';
import { select } from './select-grammar.ts';
import { notWellFormed } from './statement-error.ts';
import { StatementReader } from './statement-reader.ts';
import type { ParsedStatement, WrittenExists, WrittenStatement } from './written-statement.ts';

/** Reads a statement of DynamoDB's PartiQL. Throws ValidationException. */
export function parseStatement(text: string): ParsedStatement {
  const reader = new StatementReader(text);
  const statement = statementOf(reader);
  reader.expectEnd();
  return { statement, parameterCount: reader.parameterCount };
}

function statementOf(reader: StatementReader): WrittenStatement {
  if (reader.takeKeyword('select')) return select(reader);
  if (reader.takeKeyword('insert')) return insertion(reader);
  if (reader.takeKeyword('update')) return update(reader);
  if (reader.takeKeyword('delete')) return deletion(reader);
  if (reader.takeKeyword('from')) return fromFirst(reader);
  if (reader.takeKeyword('exists')) return existence(reader);
  throw notWellFormed('Expected data manipulation');
}

function existence(reader: StatementReader): WrittenExists {
  reader.expectSymbol('(');
  if (!reader.takeKeyword('select')) throw notWellFormed('Expected data manipulation');
  const { from, where, order } = select(reader);
  reader.expectSymbol(')');
  if (order.length > 0)
    throw validation('EXISTS() must contain a single item read with additional condition');
  return { type: 'exists', from, where };
}
