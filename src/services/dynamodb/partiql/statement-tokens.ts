import { isKeyword } from './keywords.ts';
import { notWellFormed } from './statement-error.ts';

/**
 * A word may be a name, a keyword or a function; `"quoted"` is always a name, `'text'` a value. The text of both is what stands
 * between their quotes. `end` comes after all others.
 */
export interface StatementToken {
  readonly type: 'word' | 'quoted' | 'text' | 'number' | 'parameter' | 'symbol' | 'end';
  readonly text: string;
  /** `<line>:<column>:<length>`, counted in characters from 1. */
  readonly at: string;
}

const PATTERN =
  /(?<space>\s+|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)|(?<word>[A-Za-z_$][A-Za-z0-9_$]*)|"(?<quoted>(?:[^"]|"")*)"|'(?<text>(?:[^']|'')*)'|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?<fraction>\.\d+(?:[eE][+-]?\d+)?)|(?<parameter>\?)|(?<symbol><<|>>|<>|<=|>=|!=|\|\||[=<>()[\]{},.:;*+%-]|\/(?!\*))/y;

/** Throws ValidationException at the first character that begins no token: unclosed quotes and comments, other signs. */
export function statementTokens(statement: string): StatementToken[] {
  const tokens: StatementToken[] = [];
  let [line, column, start] = [1, 1, 0];
  while (start < statement.length) {
    PATTERN.lastIndex = start;
    const match = PATTERN.exec(statement);
    if (match?.groups === undefined) throw notWellFormed();
    const whole = splitFraction(match[0], match.groups, tokens.at(-1));
    const token = tokenOf(whole, match.groups);
    if (token !== undefined) tokens.push({ ...token, at: `${line}:${column}:${characters(whole)}` });
    const lines = whole.split('\n');
    line += lines.length - 1;
    column = (lines.length > 1 ? 1 : column) + characters(lines.at(-1) ?? '');
    start += whole.length;
  }
  tokens.push({ type: 'end', text: '', at: `${line}:${column}:0` });
  return tokens;
}

type Groups = Readonly<Record<string, string | undefined>>;

/** `.5` is a number, but not in `a.5`, where the dot is a step of a path. */
function splitFraction(whole: string, { fraction }: Groups, before: StatementToken | undefined): string {
  if (fraction === undefined || before === undefined) return whole;
  const isName = before.type === 'quoted' || (before.type === 'word' && !isKeyword(before.text));
  const isPath = isName || (before.type === 'symbol' && before.text === ']');
  return isPath ? '.' : whole;
}

function tokenOf(whole: string, groups: Groups): Omit<StatementToken, 'at'> | undefined {
  if (groups['space'] !== undefined) return undefined;
  if (groups['word'] !== undefined) return { type: 'word', text: whole };
  if (groups['quoted'] !== undefined) return { type: 'quoted', text: groups['quoted'].replaceAll('""', '"') };
  if (groups['text'] !== undefined) return { type: 'text', text: groups['text'].replaceAll("''", "'") };
  if (groups['parameter'] !== undefined) return { type: 'parameter', text: whole };
  if (groups['symbol'] !== undefined || whole === '.') return { type: 'symbol', text: whole };
  checkExponent(whole);
  return { type: 'number', text: whole };
}

/** An exponent, and the scale that the digits behind the point leave of it, are 32-bit integers. */
function checkExponent(number: string): void {
  const [mantissa = '', exponent] = number.toLowerCase().split('e');
  if (exponent === undefined) return;
  const fraction = mantissa.split('.')[1] ?? '';
  const fits = (value: number): boolean => value >= -(2 ** 31) && value < 2 ** 31;
  if (!fits(Number(exponent)) || !fits(fraction.length - Number(exponent))) throw notWellFormed();
}

/** Not UTF-16 units. */
function characters(text: string): number {
  return Array.from(text).length;
}
