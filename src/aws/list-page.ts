/** Lists come in pages of so many unless fewer are asked for. */
const PAGE = 100;

/**
 * One page of what is sorted by key. The token is, opaquely, the key of the last one of the page before it.
 * @param badToken what a caller is told whose token is none of ours
 */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { limit = PAGE, token }: { readonly limit?: number | undefined; readonly token: string | undefined },
  badToken: () => Error,
): { readonly page: readonly T[]; readonly more: { readonly NextToken?: string } } {
  const after = token === undefined ? undefined : keyIn(token, badToken);
  const rest = after === undefined ? all : all.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rest.length > page.length && last !== undefined;
  return { page, more: hasMore ? { NextToken: Buffer.from(keyOf(last)).toString('base64url') } : {} };
}

function keyIn(token: string, badToken: () => Error): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (key === '' || Buffer.from(key).toString('base64url') !== token) throw badToken();
  return key;
}
