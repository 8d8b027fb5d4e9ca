import { type ExpressionKind, invalidExpression } from './expression-error.ts';
import { type AttributeType, type AttributeValue, type Item, typeOf } from '../values/attribute-value.ts';
import { type DocumentPath, valueAt } from './document-path.ts';
import { checkApart } from './paths-apart.ts';
import { checkOperandType } from './operand-types.ts';
import type { ExpressionBindings } from './placeholders.ts';
import type { WrittenPath } from './token-reader.ts';
import type { WrittenTerm, WrittenUpdate } from './update-grammar.ts';
import { type Change, listAppended, missingOperand, summed } from './update-values.ts';

/** What an update does to an item, in the order in which it is done. */
export interface Update {
  readonly changes: readonly Change[];
  /** From the parameters of before there were expressions, whose errors have other words. */
  readonly isOld?: true;
}

type Term = (item: Item) => AttributeValue;

const SETS: readonly AttributeType[] = ['SS', 'NS', 'BS'];
const LONG_NAMES: Readonly<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  M: 'MAP',
  L: 'LIST',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
};

/** Throws ValidationException for what can be done to no item: values of wrong types, paths in each other's way. */
export function bindUpdate(
  written: WrittenUpdate,
  placeholders: ExpressionBindings,
  kind: ExpressionKind = 'UpdateExpression',
): Update {
  const at = (path: WrittenPath): DocumentPath => placeholders.path(kind, path);
  const changes: Change[] = [
    ...written.set.map(({ path, term }): Change => {
      return { type: 'set', path: at(path), valueOf: bindTerm(term, placeholders, kind) };
    }),
    ...written.remove.map((path): Change => ({ type: 'remove', path: at(path) })),
    ...written.add.map(({ path, placeholder }): Change => {
      const value = placeholders.value(kind, placeholder);
      checkClause(kind, 'ADD', value, ['N', ...SETS]);
      return { type: 'add', path: at(path), value };
    }),
    ...written.delete.map(({ path, placeholder }): Change => {
      const value = placeholders.value(kind, placeholder);
      checkClause(kind, 'DELETE', value, SETS);
      return { type: 'delete', path: at(path), value };
    }),
  ];
  checkApart(
    kind,
    changes.map(({ path }) => path),
  );
  return { changes };
}

function bindTerm(term: WrittenTerm, placeholders: ExpressionBindings, kind: ExpressionKind): Term {
  switch (term.type) {
    case 'path': {
      const path = placeholders.path(kind, term.path);
      return (item) => valueAt(item, path) ?? missingOperand();
    }
    case 'value': {
      const value = placeholders.value(kind, term.placeholder);
      return () => value;
    }
    case 'if_not_exists': {
      const path = placeholders.path(kind, term.path);
      const otherwise = bindTerm(term.otherwise, placeholders, kind);
      return (item) => valueAt(item, path) ?? otherwise(item);
    }
    case 'list_append':
    case '+':
    case '-': {
      const { type } = term;
      for (const operand of [term.left, term.right]) {
        if (operand.type !== 'value') continue;
        const value = placeholders.value(kind, operand.placeholder);
        checkOperandType(kind, type, value, [type === 'list_append' ? 'L' : 'N']);
      }
      const left = bindTerm(term.left, placeholders, kind);
      const right = bindTerm(term.right, placeholders, kind);
      return type === 'list_append'
        ? (item) => listAppended(left(item), right(item))
        : (item) => summed(left(item), right(item), type);
    }
  }
}

function checkClause(
  kind: ExpressionKind,
  operator: 'ADD' | 'DELETE',
  value: AttributeValue,
  allowed: readonly AttributeType[],
): void {
  const type = typeOf(value);
  if (allowed.includes(type)) return;
  throw invalidExpression(
    kind,
    `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${LONG_NAMES[type]}, typeset: ALLOWED_FOR_${operator}_OPERAND`,
  );
}
