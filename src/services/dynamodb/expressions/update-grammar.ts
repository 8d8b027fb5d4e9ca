import { TokenReader, type WrittenPath } from './token-reader.ts';

/** What a SET assigns, as it is written. */
export type WrittenTerm =
  | { readonly type: 'path'; readonly path: WrittenPath }
  | { readonly type: 'value'; readonly placeholder: string }
  | { readonly type: 'if_not_exists'; readonly path: WrittenPath; readonly otherwise: WrittenTerm }
  | { readonly type: 'list_append' | '+' | '-'; readonly left: WrittenTerm; readonly right: WrittenTerm };

export interface WrittenUpdate {
  readonly set: readonly { readonly path: WrittenPath; readonly term: WrittenTerm }[];
  readonly remove: readonly WrittenPath[];
  readonly add: readonly { readonly path: WrittenPath; readonly placeholder: string }[];
  readonly delete: readonly { readonly path: WrittenPath; readonly placeholder: string }[];
}

const KIND = 'UpdateExpression';
const OF_CONDITIONS: readonly string[] = [
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
];

/** Throws ValidationException. */
export function parseUpdate(expression: string): WrittenUpdate {
  const reader = new TokenReader(KIND, expression);
  const sections: { -readonly [Section in keyof WrittenUpdate]?: WrittenUpdate[Section] } = {};
  do {
    if (reader.takeKeyword('SET')) sections.set = once(reader, 'SET', sections.set, () => assignment(reader));
    else if (reader.takeKeyword('REMOVE')) {
      sections.remove = once(reader, 'REMOVE', sections.remove, () => reader.path());
    } else if (reader.takeKeyword('ADD')) {
      sections.add = once(reader, 'ADD', sections.add, () => withValue(reader));
    } else if (reader.takeKeyword('DELETE')) {
      sections.delete = once(reader, 'DELETE', sections.delete, () => withValue(reader));
    } else throw reader.syntaxError();
  } while (reader.next.type !== 'end');
  return { set: [], remove: [], add: [], delete: [], ...sections };
}

function once<T>(
  reader: TokenReader,
  section: string,
  before: readonly T[] | undefined,
  read: () => T,
): readonly T[] {
  const clauses = [read()];
  while (reader.takeSymbol(',')) clauses.push(read());
  if (before === undefined) return clauses;
  throw reader.error(`The "${section}" section can only be used once in an update expression;`);
}

function assignment(reader: TokenReader): WrittenUpdate['set'][number] {
  const path = reader.path();
  reader.expectSymbol('=');
  const left = operand(reader);
  const { type, text } = reader.next;
  if (type !== 'symbol' || (text !== '+' && text !== '-')) return { path, term: left };
  reader.take();
  return { path, term: { type: text, left, right: operand(reader) } };
}

function withValue(reader: TokenReader): { path: WrittenPath; placeholder: string } {
  const path = reader.path();
  if (reader.next.type !== 'value') throw reader.syntaxError();
  return { path, placeholder: reader.take().text };
}

function operand(reader: TokenReader): WrittenTerm {
  if (reader.takeSymbol('(')) {
    const left = operand(reader);
    const { text } = reader.next;
    const isSum = text === '+' || text === '-';
    if (isSum) reader.take();
    const term: WrittenTerm = isSum ? { type: text, left, right: operand(reader) } : left;
    reader.expectSymbol(')');
    return term;
  }
  if (reader.next.type === 'value') return { type: 'value', placeholder: reader.take().text };
  if (!reader.isFunction()) return { type: 'path', path: reader.path() };
  return call(reader);
}

function call(reader: TokenReader): WrittenTerm {
  const name = reader.take().text;
  if (OF_CONDITIONS.includes(name)) {
    throw reader.error(`The function is not allowed in an update expression; function: ${name}`);
  }
  if (name !== 'if_not_exists' && name !== 'list_append') {
    throw reader.error(`Invalid function name; function: ${name}`);
  }
  reader.expectSymbol('(');
  const given = [operand(reader)];
  while (reader.takeSymbol(',')) given.push(operand(reader));
  reader.expectSymbol(')');
  const [left, right] = given;
  if (left === undefined || right === undefined || given.length > 2) {
    throw reader.error(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${given.length}`,
    );
  }
  if (name === 'list_append') return { type: name, left, right };
  if (left.type === 'path') return { type: name, path: left.path, otherwise: right };
  throw reader.error(`Operator or function requires a document path; operator or function: ${name}`);
}
