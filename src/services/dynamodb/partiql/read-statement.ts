import { parsedStatement } from './parsed-statement.ts';
import { StatementValues } from './statement-values.ts';
import type { WrittenStatement } from './written-statement.ts';

interface GivenStatement {
  readonly Statement: string | undefined;
  readonly Parameters?: readonly object[] | undefined;
}

export interface BoundStatement {
  readonly statement: WrittenStatement;
  readonly values: StatementValues;
}

/** A statement with its values. Throws ValidationException: for parameters that are no values before anything else. */
export function readStatement({ Statement, Parameters }: GivenStatement): BoundStatement {
  return parseWith(Statement, new StatementValues(Parameters));
}

/** As `readStatement`, of values that have been checked. */
export function parseWith(text: string | undefined, values: StatementValues): BoundStatement {
  const { statement, parameterCount } = parsedStatement(text ?? '');
  values.checkCount(parameterCount);
  return { statement, values };
}
