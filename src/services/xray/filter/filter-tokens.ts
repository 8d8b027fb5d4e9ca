import { invalidRequest } from '../xray-errors.ts';

export type FilterToken =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string };

const TOKEN =
  /\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|([A-Za-z_][\w.:\-/]*)|(<=|>=|!=|[=<>!(){}[\],:]))/y;

/** X-Ray's limit. */
const LONGEST_EXPRESSION = 2_000;

/** The parts of a filter expression. @throws ServiceError InvalidRequestException */
export function filterTokens(expression: string): FilterToken[] {
  if (expression.length > LONGEST_EXPRESSION) throw invalidRequest('The filter expression is too long.');
  const tokens: FilterToken[] = [];
  const text = expression.trim();
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null)
      throw invalidRequest(
        `Invalid filter expression: cannot read it from ${JSON.stringify(text.slice(at))} on.`,
      );
    tokens.push(tokenOf(found));
    at = TOKEN.lastIndex;
  }
  return tokens;
}

function tokenOf([, quoted, number, word, sign = '']: RegExpExecArray): FilterToken {
  if (quoted !== undefined) return { kind: 'text', value: quoted.replaceAll(/\\(.)/g, '$1') };
  if (number !== undefined) return { kind: 'number', value: Number(number) };
  if (word === undefined) return { kind: 'sign', value: sign };
  // `id(name:"x")`: the colon is no part of a word that ends in it.
  return { kind: 'word', value: word };
}
