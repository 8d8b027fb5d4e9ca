import { validation } from '../dynamodb-errors.ts';
import { expression, sum } from './expression-grammar.ts';
import { isKeyword } from './keywords.ts';
import { condition } from './select-grammar.ts';
import { refuseAlias, source } from './source-grammar.ts';
import { notWellFormed } from './statement-error.ts';
import type { StatementReader } from './statement-reader.ts';
import { documentPath } from './term-grammar.ts';
import type {
  Returning,
  Source,
  WrittenChange,
  WrittenChanges,
  WrittenDelete,
  WrittenInsert,
} from './written-statement.ts';

/** Behind INSERT. Throws ValidationException. */
export function insertion(reader: StatementReader): WrittenInsert {
  if (!reader.takeKeyword('into')) throw notWellFormed('Expected INTO after INSERT');
  const from = writable(reader);
  if (!reader.takeKeyword('value')) {
    // A list of columns, or VALUES: other dialects' way to write it.
    const isOther = reader.isSymbol('(') || (reader.next.type === 'word' && isKeyword(reader.next.text));
    throw notWellFormed(isOther ? 'Unexpected keyword' : 'Unexpected token after expression');
  }
  const item = expression(reader);
  if (reader.isKeyword('returning')) throw validation('RETURNING is not supported in INSERT statements.');
  return { type: 'insert', from, item };
}

/** Behind UPDATE. Throws ValidationException. */
export function update(reader: StatementReader): WrittenChanges {
  const from = writable(reader);
  refuseAlias(reader);
  const written = changes(reader);
  const where = condition(reader);
  return { type: 'update', from, changes: written, where, returning: returning(reader) };
}

/** Behind FROM: an update that names its item first. Throws ValidationException. */
export function fromFirst(reader: StatementReader): WrittenChanges {
  const from = writable(reader);
  refuseAlias(reader);
  const where = condition(reader);
  const written = changes(reader);
  return { type: 'update', from, changes: written, where, returning: returning(reader) };
}

/** Behind DELETE. Throws ValidationException. */
export function deletion(reader: StatementReader): WrittenDelete {
  if (!reader.takeKeyword('from')) throw notWellFormed('Expected FROM after DELETE');
  const from = writable(reader);
  refuseAlias(reader);
  const where = condition(reader);
  const shown = returning(reader);
  if (shown !== undefined && (shown.which !== 'ALL' || shown.when !== 'OLD')) {
    throw validation(
      `Invalid returning clause: RETURNING ${shown.which} ${shown.when} *. Only RETURNING ALL OLD * is allowed in DELETE statements.`,
    );
  }
  return { type: 'delete', from, where, returning: shown };
}

function writable(reader: StatementReader): Source {
  const from = source(reader);
  if (from.index === undefined) return from;
  throw validation('Only tables can be written to; an index follows its table.');
}

function changes(reader: StatementReader): readonly WrittenChange[] {
  const found: WrittenChange[] = [];
  for (;;) {
    if (reader.takeKeyword('set')) found.push(...several(reader, assignment));
    else if (reader.takeKeyword('remove')) {
      found.push(...several(reader, (): WrittenChange => ({ type: 'remove', path: documentPath(reader) })));
    } else break;
  }
  if (found.length === 0) throw notWellFormed('Expected data manipulation');
  return found;
}

function several<T>(reader: StatementReader, read: (reader: StatementReader) => T): T[] {
  const found = [read(reader)];
  while (reader.takeSymbol(',')) found.push(read(reader));
  return found;
}

function assignment(reader: StatementReader): WrittenChange {
  const path = documentPath(reader);
  reader.expectSymbol('=');
  return { type: 'set', path, value: sum(reader) };
}

function returning(reader: StatementReader): Returning | undefined {
  if (!reader.takeKeyword('returning')) return undefined;
  const which = reader.takeKeyword('all') ? 'ALL' : reader.takeKeyword('modified') ? 'MODIFIED' : undefined;
  const when = reader.takeKeyword('old') ? 'OLD' : reader.takeKeyword('new') ? 'NEW' : undefined;
  if (which === undefined || when === undefined || !reader.takeSymbol('*')) {
    throw notWellFormed('Expected returning clause');
  }
  return { which, when };
}
