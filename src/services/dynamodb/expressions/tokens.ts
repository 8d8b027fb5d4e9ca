import { type ExpressionKind, invalidExpression } from './expression-error.ts';

/**
 * A word may be a name, a keyword or a function; `#name` and `:value` are placeholders, `end` comes after all others.
 */
export interface Token {
  readonly type: 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';
  readonly text: string;
  /** Where it begins in the expression. */
  readonly start: number;
}

const PATTERN =
  /\s+|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<name>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<number>\d+)|(?<symbol><>|<=|>=|[=<>()[\],.+-])/y;
/** How the end of an expression is shown in messages. */
const END = '<EOF>';

/** Throws ValidationException at the first character that begins no token. */
export function tokensOf(kind: ExpressionKind, expression: string): Token[] {
  const tokens: Token[] = [];
  let start = 0;
  while (start < expression.length) {
    PATTERN.lastIndex = start;
    const match = PATTERN.exec(expression);
    if (match === null) throw unreadable(kind, expression, tokens, start);
    const type = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    if (type !== undefined) tokens.push({ type: type as Token['type'], text: match[0], start });
    start += match[0].length;
  }
  tokens.push({ type: 'end', text: END, start });
  return tokens;
}

/** With the offending token, and what stands around it. */
export function syntaxError(
  kind: ExpressionKind,
  expression: string,
  tokens: readonly Token[],
  index: number,
): Error {
  const token = tokens[index];
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  const from = before?.start ?? token?.start ?? 0;
  const last = after === undefined || after.type === 'end' ? token : after;
  const to = last === undefined || last.type === 'end' ? expression.length : last.start + last.text.length;
  const near = expression.slice(from, to);
  return invalidExpression(kind, `Syntax error; token: "${token?.text ?? END}", near: "${near}"`);
}

function unreadable(
  kind: ExpressionKind,
  expression: string,
  before: readonly Token[],
  start: number,
): Error {
  const text = expression.charAt(start);
  const from = before.at(-1)?.start ?? start;
  const near = expression.slice(from, start + 1 + 1).trimEnd();
  return invalidExpression(kind, `Syntax error; token: "${text}", near: "${near}"`);
}
