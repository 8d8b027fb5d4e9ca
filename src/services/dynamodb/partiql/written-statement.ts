import type { Comparator } from '../expressions/condition-grammar.ts';
import type { WrittenPath } from '../expressions/token-reader.ts';
import type { AttributeValue } from '../values/attribute-value.ts';

/** Any expression of PartiQL's; whether DynamoDB takes it where it stands is seen later. `at`: its place, as messages name it. */
export type Expression = { readonly at: string } & (
  | { readonly type: 'literal'; readonly value: AttributeValue }
  /** As it is written: not every number is one of DynamoDB's. */
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'missing' }
  /** From 0, in the order in which parameters stand in the statement. */
  | { readonly type: 'parameter'; readonly index: number }
  | { readonly type: 'path'; readonly path: WrittenPath }
  | { readonly type: 'list'; readonly members: readonly Expression[] }
  | { readonly type: 'bag'; readonly members: readonly Expression[] }
  | {
      readonly type: 'map';
      readonly members: readonly { readonly name: string; readonly value: Expression }[];
    }
  /** Name in lower case. */
  | { readonly type: 'call'; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: 'compare';
      readonly comparator: Comparator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly type: 'arithmetic';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly type: 'not'; readonly operand: Expression }
  | {
      readonly type: 'between';
      readonly operand: Expression;
      readonly lower: Expression;
      readonly upper: Expression;
    }
  | { readonly type: 'in'; readonly operand: Expression; readonly list: readonly Expression[] }
  /** Type in lower case. */
  | { readonly type: 'is'; readonly operand: Expression; readonly what: string }
);

export type ExpressionOf<Type extends Expression['type']> = Extract<Expression, { type: Type }>;

/** The table's name or ARN, and perhaps one of its indexes. */
export interface Source {
  readonly table: string;
  readonly index?: string;
}

export interface WrittenSelect {
  readonly type: 'select';
  readonly from: Source;
  /** Undefined: `*`. */
  readonly paths: readonly WrittenPath[] | undefined;
  readonly where: Expression | undefined;
  readonly order: readonly { readonly path: WrittenPath; readonly isDescending: boolean }[];
}

export interface WrittenInsert {
  readonly type: 'insert';
  readonly from: Source;
  readonly item: Expression;
}

export type WrittenChange =
  | { readonly type: 'set'; readonly path: WrittenPath; readonly value: Expression }
  | { readonly type: 'remove'; readonly path: WrittenPath };

/** `RETURNING <which> <when> *` */
export interface Returning {
  readonly which: 'ALL' | 'MODIFIED';
  readonly when: 'OLD' | 'NEW';
}

export interface WrittenChanges {
  readonly type: 'update';
  readonly from: Source;
  readonly changes: readonly WrittenChange[];
  readonly where: Expression | undefined;
  readonly returning: Returning | undefined;
}

export interface WrittenDelete {
  readonly type: 'delete';
  readonly from: Source;
  readonly where: Expression | undefined;
  readonly returning: Returning | undefined;
}

/** `EXISTS(SELECT ...)`: a condition on an item that a transaction does not write. */
export interface WrittenExists {
  readonly type: 'exists';
  readonly from: Source;
  readonly where: Expression | undefined;
}

export type WrittenStatement = WrittenSelect | WrittenInsert | WrittenChanges | WrittenDelete | WrittenExists;

export interface ParsedStatement {
  readonly statement: WrittenStatement;
  /** How many `?` it has. */
  readonly parameterCount: number;
}
