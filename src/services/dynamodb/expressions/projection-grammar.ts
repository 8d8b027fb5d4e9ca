import { TokenReader, type WrittenPath } from './token-reader.ts';

/** Throws ValidationException. */
export function parseProjection(expression: string): readonly WrittenPath[] {
  const reader = new TokenReader('ProjectionExpression', expression);
  const paths = [reader.path()];
  while (reader.takeSymbol(',')) paths.push(reader.path());
  reader.expectEnd();
  return paths;
}
