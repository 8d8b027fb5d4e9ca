/** An event bus; the default one of an account and Region has a row only once something was set on it. */
export interface EventsBusTable {
  account_id: string;
  region: string;
  name: string;
  /** A StoredBus, JSON. */
  definition: string;
}

export interface EventsRuleTable {
  account_id: string;
  region: string;
  bus: string;
  name: string;
  /** A StoredRule, JSON, with its targets. */
  definition: string;
}
