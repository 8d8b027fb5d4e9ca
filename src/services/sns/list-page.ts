import { invalidParameter } from './sns-errors.ts';

/** Lists come in pages of so many. */
const PAGE = 100;

/** One page of what is sorted by ARN. The token names the last ARN of the page before it. */
export function pageOf<T extends { readonly arn: string }>(
  all: readonly T[],
  token: string | undefined,
): { readonly page: readonly T[]; readonly nextToken: string | undefined } {
  const after = token === undefined || token === '' ? '' : Buffer.from(token, 'base64url').toString();
  if (after !== '' && !after.startsWith('arn:')) throw invalidParameter('NextToken');
  const rest = all.filter(({ arn }) => arn > after);
  const page = rest.slice(0, PAGE);
  const last = page.at(-1);
  const hasMore = rest.length > page.length && last !== undefined;
  return { page, nextToken: hasMore ? Buffer.from(last.arn).toString('base64url') : undefined };
}
