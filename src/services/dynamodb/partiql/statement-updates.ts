import { isDeepStrictEqual } from 'node:util';
import type { WrittenPath } from '../expressions/token-reader.ts';
import type { WrittenTerm, WrittenUpdate } from '../expressions/update-grammar.ts';
import { validation } from '../dynamodb-errors.ts';
import { wrongCount } from './statement-conditions.ts';
import { unsupportedAt } from './statement-error.ts';
import type { StatementValues } from './statement-values.ts';
import type { Expression, ExpressionOf, WrittenChange } from './written-statement.ts';

type SetClause = WrittenUpdate['add'][number];

/** SET and REMOVE of a statement as one of DynamoDB's own updates. Throws ValidationException for what those cannot do. */
export function statementUpdate(changes: readonly WrittenChange[], values: StatementValues): WrittenUpdate {
  const set: WrittenUpdate['set'][number][] = [];
  const remove: WrittenPath[] = [];
  const sets: Readonly<Record<'set_add' | 'set_delete', SetClause[]>> = { set_add: [], set_delete: [] };
  for (const change of changes) {
    if (change.type === 'remove') remove.push(change.path);
    else if (isSetCall(change.value)) {
      sets[change.value.name].push(setClause(change.path, change.value, values));
    } else set.push({ path: change.path, term: termOf(change.value, values) });
  }
  return { set, remove, add: sets.set_add, delete: sets.set_delete };
}

type SetCall = ExpressionOf<'call'> & { readonly name: 'set_add' | 'set_delete' };

function isSetCall(value: Expression): value is SetCall {
  return value.type === 'call' && (value.name === 'set_add' || value.name === 'set_delete');
}

/** `path = set_add(path, <<...>>)`: what expressions write as ADD and DELETE. */
function setClause(path: WrittenPath, call: SetCall, values: StatementValues): SetClause {
  const name = call.name.toUpperCase();
  const [first, second] = call.operands;
  if (first === undefined || second === undefined || call.operands.length > 2) {
    throw unsupportedAt(`${name} must have exactly two arguments`, call.at);
  }
  if (first.type !== 'path' || !isDeepStrictEqual(first.path, path)) {
    throw unsupportedAt(`The first argument to ${name} must equal the assignment value`, call.at);
  }
  const isSet = second.type === 'bag' || (second.type === 'parameter' && isSetValue(second, values));
  if (!isSet) {
    throw unsupportedAt(`The second argument to ${name} must be a value with type SET`, first.at);
  }
  return { path, placeholder: values.placeholder(second) };
}

function isSetValue(parameter: Expression, values: StatementValues): boolean {
  const value = values.of(parameter);
  return 'SS' in value || 'NS' in value || 'BS' in value;
}

function termOf(expression: Expression, values: StatementValues): WrittenTerm {
  if (expression.type === 'path') return { type: 'path', path: expression.path };
  if (expression.type === 'call') return callOf(expression, values);
  if (expression.type === 'arithmetic') {
    const { operator, left, right, at } = expression;
    if (operator !== '+' && operator !== '-') throw unsupportedAt(`Unsupported operation: ${operator}`, at);
    return { type: operator, left: termOf(left, values), right: termOf(right, values) };
  }
  return { type: 'value', placeholder: values.placeholder(expression) };
}

function callOf(call: ExpressionOf<'call'>, values: StatementValues): WrittenTerm {
  const { name, at } = call;
  if (name !== 'list_append' && name !== 'if_not_exists') {
    throw unsupportedAt(`Unrecognized function: ${name}`, at);
  }
  const [first, second] = call.operands;
  if (first === undefined || second === undefined || call.operands.length > 2) throw wrongCount(call);
  const [left, right] = [termOf(first, values), termOf(second, values)];
  if (name === 'list_append') return { type: name, left, right };
  if (left.type === 'path') return { type: name, path: left.path, otherwise: right };
  throw validation(`Operator or function requires a document path; operator or function: ${name}`);
}
