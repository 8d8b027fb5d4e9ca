import type { Config } from '../config.ts';
import { type FunctionEventFacts, readFunctionEvents } from '../invoke/async/async-event-facts.ts';
import { parseAnyReference } from '../model/function-reference.ts';
import type { Store } from '../store/store.ts';

const MOST_EVENTS = 100;

/** Lists the events of a function, by its name or ARN, for the admin route. Throws ServiceError for what is neither. */
export function eventListing(
  { accountId, region }: Config,
  store: Store,
): (named: string) => Promise<FunctionEventFacts> {
  return async (named) => {
    const target = parseAnyReference(named, undefined, { accountId, region });
    return await readFunctionEvents(store.db, target, MOST_EVENTS);
  };
}
