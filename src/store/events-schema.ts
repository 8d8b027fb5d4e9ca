import type { Generated } from 'kysely';

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

export interface EventsArchiveTable {
  account_id: string;
  region: string;
  name: string;
  /** A StoredArchive, JSON. */
  definition: string;
}

/** An archive that was deleted and may still have events. */
export interface EventsDiscardedArchiveTable {
  archive_id: string;
  discarded_at_ms: number;
}

export interface EventsArchivedTable {
  sequence: Generated<number>;
  account_id: string;
  region: string;
  /** UUID of the archive: another one of its name has nothing to do with it. */
  archive_id: string;
  /** The event's own time. */
  time_ms: number;
  archived_at_ms: number;
  /** Bytes of the event. */
  size: number;
  /** JSON */
  event: string;
}

export interface EventsReplayTable {
  account_id: string;
  region: string;
  name: string;
  /** Null for as long as there is something to do. */
  ended_at_ms: number | null;
  /** A StoredReplay, JSON. */
  definition: string;
}
