import type { ContextKeys } from './context-keys.ts';
import { ANY_CHARACTER, ANY_TEXT, type Glob, matchesGlob } from './glob.ts';
import { PolicyError } from './policy-document.ts';

/** A text of a policy that a text of the request is held against. */
export type TextPattern = (text: string, keys: ContextKeys) => boolean;

export interface PatternRules {
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** `${aws:username}` stands for a value of the request. */
  readonly variables: boolean;
  readonly ignoreCase?: boolean;
}

/** A policy variable: `${key}` or `${key, 'fallback'}`. */
interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}

export type PatternToken = number | Variable;

const NAMED = /^\s*([\w+=,.@/:-]+?)\s*(?:,\s*'([^']*)'\s*)?$/;
const ESCAPED = new Set(['*', '?', '$']);

export function textPattern(text: string, rules: PatternRules): TextPattern {
  const ignoreCase = rules.ignoreCase === true;
  return patternOf(patternTokens(ignoreCase ? text.toLowerCase() : text, rules), ignoreCase);
}

/** @throws PolicyError when a variable cannot be read */
export function patternTokens(text: string, rules: PatternRules): PatternToken[] {
  const tokens: PatternToken[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const end = rules.variables && text.startsWith('${', at) ? text.indexOf('}', at) : -1;
    if (end >= 0) {
      const variable = text.slice(at + 2, end);
      tokens.push(ESCAPED.has(variable) ? variable.charCodeAt(0) : variableOf(variable, text));
      at = end;
    } else if (rules.wildcards && text[at] === '*') {
      tokens.push(ANY_TEXT);
    } else if (rules.wildcards && text[at] === '?') {
      tokens.push(ANY_CHARACTER);
    } else {
      tokens.push(text.charCodeAt(at));
    }
  }
  return tokens;
}

/**
 * Decides once how the pattern is best matched; most have no variable, and many no wildcard either.
 * @param ignoreCase the tokens are in lower case already
 */
export function patternOf(tokens: readonly PatternToken[], ignoreCase = false): TextPattern {
  const folded = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (!tokens.every((token) => typeof token === 'number')) {
    return (text, keys) => {
      const glob = resolved(tokens, keys, folded);
      return glob !== undefined && matchesGlob(glob, folded(text));
    };
  }
  const glob: Glob = tokens;
  if (glob.length === 1 && glob[0] === ANY_TEXT) return () => true;
  if (glob.some((code) => code < 0)) return (text) => matchesGlob(glob, folded(text));
  const literal = String.fromCharCode(...glob);
  return (text) => folded(text) === literal;
}

/** The pattern for one request; undefined when the request does not say what a variable stands for. */
function resolved(
  tokens: readonly PatternToken[],
  keys: ContextKeys,
  folded: (text: string) => string,
): Glob | undefined {
  const glob: number[] = [];
  for (const token of tokens) {
    if (typeof token === 'number') {
      glob.push(token);
      continue;
    }
    const values = keys.get(token.key);
    const value = values?.length === 1 ? values[0] : token.fallback;
    if (value === undefined) return undefined;
    const text = folded(value);
    for (let at = 0; at < text.length; at += 1) glob.push(text.charCodeAt(at));
  }
  return glob;
}

function variableOf(inside: string, text: string): Variable {
  const [, key, fallback] = NAMED.exec(inside) ?? [];
  if (key === undefined) throw new PolicyError(`The policy variable \${${inside}} in ${text} is not valid.`);
  return { key: key.toLowerCase(), fallback };
}
