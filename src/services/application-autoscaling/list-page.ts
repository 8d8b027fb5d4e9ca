import { invalidNextToken, validation } from './scaling-errors.ts';

const LARGEST_PAGE = 50;

interface PageInput {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * One page of a list that keeps its order. The token says, opaquely, which item was the last.
 * @throws ServiceError
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxResults = LARGEST_PAGE, NextToken }: PageInput,
): { page: readonly Item[]; more: { NextToken?: string } } {
  if (MaxResults < 1 || MaxResults > LARGEST_PAGE) {
    throw validation(`MaxResults must be between 1 and ${LARGEST_PAGE}.`);
  }
  let start = 0;
  if (NextToken !== undefined) {
    const last = Buffer.from(NextToken, 'base64url').toString();
    start = items.findIndex((item) => keyOf(item) === last) + 1;
    if (start === 0) throw invalidNextToken();
  }
  const page = items.slice(start, start + MaxResults);
  const last = page.at(-1);
  const isLast = last === undefined || start + page.length >= items.length;
  return { page, more: isLast ? {} : { NextToken: Buffer.from(keyOf(last)).toString('base64url') } };
}
