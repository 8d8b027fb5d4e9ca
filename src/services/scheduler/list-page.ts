import { validation } from './scheduler-errors.ts';

const LARGEST_PAGE = 100;

/** One page of what is sorted by key. The token is the key of the last one of the page before it. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { limit, token }: { readonly limit: number | undefined; readonly token: string | undefined },
): { readonly page: readonly T[]; readonly nextToken: string | undefined } {
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  if (token !== undefined && after === '') throw validation('The NextToken is not valid.');
  const rest = all.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, limit ?? LARGEST_PAGE);
  const last = page.at(-1);
  const hasMore = rest.length > page.length && last !== undefined;
  return { page, nextToken: hasMore ? Buffer.from(keyOf(last)).toString('base64url') : undefined };
}
