import { type WrittenCondition, parseCondition } from './condition-grammar.ts';
import type { ExpressionKind } from './expression-error.ts';
import { parseProjection } from './projection-grammar.ts';
import type { WrittenPath } from './token-reader.ts';
import { parseUpdate, type WrittenUpdate } from './update-grammar.ts';

/** Programs use the same few expressions over and over; the values in them are placeholders. */
const MOST_KEPT = 2_000;

/** Keeps what has been read of expressions, those used last. */
export function remembered<T>(parse: (kind: ExpressionKind, expression: string) => T, most = MOST_KEPT) {
  const known = new Map<string, T>();
  return (kind: ExpressionKind, expression: string): T => {
    const key = `${kind} ${expression}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const parsed = parse(kind, expression);
    if (known.size >= most) for (const [oldest] of known) if (known.delete(oldest)) break;
    known.set(key, parsed);
    return parsed;
  };
}

export const condition: (kind: ExpressionKind, expression: string) => WrittenCondition =
  remembered(parseCondition);
const updates = remembered((_, expression) => parseUpdate(expression));
const projections = remembered((_, expression) => parseProjection(expression));

export function update(expression: string): WrittenUpdate {
  return updates('UpdateExpression', expression);
}

export function projection(expression: string): readonly WrittenPath[] {
  return projections('ProjectionExpression', expression);
}
