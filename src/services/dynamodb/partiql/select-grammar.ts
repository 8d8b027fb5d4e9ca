import { validation } from '../dynamodb-errors.ts';
import type { WrittenPath } from '../expressions/token-reader.ts';
import { expression } from './expression-grammar.ts';
import { refuseAlias, source } from './source-grammar.ts';
import { notWellFormed, unsupportedAt } from './statement-error.ts';
import type { StatementReader } from './statement-reader.ts';
import { documentPath } from './term-grammar.ts';
import type { Expression, WrittenSelect } from './written-statement.ts';

const JOINS: readonly string[] = ['join', 'inner', 'left', 'right', 'full', 'cross', 'outer', 'natural'];

/** Behind SELECT. Throws ValidationException. */
export function select(reader: StatementReader): WrittenSelect {
  const paths = selection(reader);
  if (!reader.takeKeyword('from')) throw notWellFormed('Expected FROM after select list');
  const from = singleSource(reader);
  const where = condition(reader);
  refuseClauses(reader, ['group', 'having']);
  const order = ordering(reader);
  refuseClauses(reader, ['limit', 'offset']);
  return { type: 'select', from, paths, where, order };
}

/** Undefined: all attributes. */
function selection(reader: StatementReader): readonly WrittenPath[] | undefined {
  refuseClauses(reader, ['distinct', 'value', 'pivot']);
  if (reader.takeSymbol('*')) {
    if (reader.isSymbol(',')) throw notWellFormed('Unexpected term after *');
    return undefined;
  }
  const paths = [selected(reader)];
  while (reader.takeSymbol(',')) paths.push(selected(reader));
  return paths;
}

function selected(reader: StatementReader): WrittenPath {
  const { text, at } = reader.next;
  // `COUNT(*)` is nothing that could be read any further.
  const isStarCall = reader.ahead(1).text === '(' && reader.ahead(2).text === '*';
  if (text !== '' && isStarCall) throw unsupportedAt('Unexpected path component', at);
  const found = expression(reader);
  if (found.type !== 'path') throw unsupportedAt('Unexpected path component', found.at);
  if (!reader.isKeyword('from')) refuseAlias(reader);
  return found.path;
}

function singleSource(reader: StatementReader) {
  const isSubquery = reader.isSymbol('(') || reader.isSymbol('[') || reader.isSymbol('<<');
  if (isSubquery) throw severalSources();
  if (reader.isAtEnd()) throw notWellFormed('Unexpected term');
  const from = source(reader);
  if (reader.isSymbol(',') || reader.isKeyword(...JOINS)) throw severalSources();
  refuseAlias(reader);
  return from;
}

function severalSources(): Error {
  return validation('Only select from a single table or index is supported.');
}

/** WHERE and what follows it, if it is there. */
export function condition(reader: StatementReader): Expression | undefined {
  return reader.takeKeyword('where') ? expression(reader) : undefined;
}

function ordering(reader: StatementReader): WrittenSelect['order'] {
  if (!reader.takeKeyword('order')) return [];
  if (!reader.takeKeyword('by')) throw notWellFormed('Expected BY after ORDER');
  const order: { path: WrittenPath; isDescending: boolean }[] = [];
  do {
    const path = documentPath(reader);
    const isDescending = reader.takeKeyword('desc');
    if (!isDescending) reader.takeKeyword('asc');
    order.push({ path, isDescending });
  } while (reader.takeSymbol(','));
  return order;
}

/** DynamoDB names the place of what is in the clause, not of the clause. */
function refuseClauses(reader: StatementReader, words: readonly string[]): void {
  if (!reader.isKeyword(...words)) return;
  const isGroup = reader.isKeyword('group');
  const { text } = reader.take();
  if (isGroup) reader.takeKeyword('by');
  const name = isGroup ? 'GROUP BY' : text.toUpperCase();
  throw unsupportedAt(`Unsupported clause: ${name}`, reader.next.at);
}
