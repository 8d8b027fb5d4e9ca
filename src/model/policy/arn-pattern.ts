import type { ContextKeys } from './context-keys.ts';
import { ANY_TEXT } from './glob.ts';
import {
  type PatternToken,
  patternOf,
  type PatternRules,
  patternTokens,
  type TextPattern,
} from './text-pattern.ts';

/** `arn:partition:service:region:account:resource`; the last part may hold colons. */
const PARTS = 6;
const COLON = 58;

/**
 * ARNs are compared part by part: a wildcard does not reach over the colon that ends its part, except in the last one,
 * where colons are text like any other. `*` alone is every resource.
 */
export function arnPattern(text: string, rules: PatternRules): TextPattern {
  const tokens = patternTokens(text, rules);
  if (tokens.length === 1 && tokens[0] === ANY_TEXT) return () => true;
  const parts = splitTokens(tokens).map((part) => patternOf(part));
  if (parts.length < PARTS) return () => false;
  if (!tokens.some((token) => typeof token !== 'number' || token < 0)) return (arn) => arn === text;
  return (arn, keys) => matchesParts(parts, arn, keys);
}

/** Whether a text has all parts of an ARN; colons inside policy variables do not count. */
export function isArnPattern(text: string): boolean {
  return (
    text.startsWith('arn:') &&
    splitTokens(patternTokens(text, { wildcards: true, variables: true })).length === PARTS
  );
}

function matchesParts(parts: readonly TextPattern[], arn: string, keys: ContextKeys): boolean {
  let start = 0;
  for (const [index, matches] of parts.entries()) {
    const isLast = index === PARTS - 1;
    const end = isLast ? arn.length : arn.indexOf(':', start);
    if (end < 0 || !matches(arn.slice(start, end), keys)) return false;
    start = end + 1;
  }
  return true;
}

function splitTokens(tokens: readonly PatternToken[]): PatternToken[][] {
  const parts: PatternToken[][] = [[]];
  for (const token of tokens) {
    if (token === COLON && parts.length < PARTS) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
