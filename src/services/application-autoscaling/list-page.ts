import { pageOf as sortedPage } from '../../aws/list-page.ts';
import { invalidNextToken, validation } from './scaling-errors.ts';

const LARGEST_PAGE = 50;

interface PageInput {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * One page of a list, in the order of its keys.
 * @throws ServiceError
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxResults = LARGEST_PAGE, NextToken }: PageInput,
): { readonly page: readonly Item[]; readonly more: { readonly NextToken?: string } } {
  if (MaxResults < 1 || MaxResults > LARGEST_PAGE) {
    throw validation(`MaxResults must be between 1 and ${LARGEST_PAGE}.`);
  }
  const sorted = items.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return sortedPage(sorted, keyOf, { limit: MaxResults, token: NextToken }, invalidNextToken);
}
