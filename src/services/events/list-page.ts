import { badParameter } from './events-errors.ts';

const LARGEST_PAGE = 100;

/** One page of what is sorted by name. The token names the last one of the page before it. */
export function pageOf<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  { limit, token }: { readonly limit: number | undefined; readonly token: string | undefined },
): { readonly page: readonly T[]; readonly nextToken: string | undefined } {
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  if (after === '') throw badParameter('NextToken');
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const page = rest.slice(0, limit ?? LARGEST_PAGE);
  const last = page.at(-1);
  const hasMore = rest.length > page.length && last !== undefined;
  return { page, nextToken: hasMore ? Buffer.from(nameOf(last)).toString('base64url') : undefined };
}
