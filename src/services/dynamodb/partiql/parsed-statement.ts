import { remembered } from '../expressions/parsed.ts';
import { parseStatement } from './statement-grammar.ts';
import type { ParsedStatement } from './written-statement.ts';

/** Statements may have their values in them, so that none comes again: not many are kept, and no long ones. */
const MOST_KEPT = 500;
const MOST_CHARACTERS = 2_048;

const parsed = remembered((_, statement) => parseStatement(statement), MOST_KEPT);

/** Reads a statement, or remembers it: who is authorised and what is done is read of the same text. Throws ValidationException. */
export function parsedStatement(text: string): ParsedStatement {
  return text.length > MOST_CHARACTERS ? parseStatement(text) : parsed('Statement', text);
}
