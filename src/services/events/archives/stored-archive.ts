import { compileEventPattern, type EventMatcher } from '../../../model/event-pattern/compile-pattern.ts';
import { RULE_DIALECT } from '../../../model/event-pattern/event-pattern.ts';
import { parseEventPattern } from '../../../model/event-pattern/parse-pattern.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { BusName } from '../buses/stored-bus.ts';

export interface ArchiveName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** An archive as it is kept; its bus is of the same account and Region. */
export interface StoredArchive extends ArchiveName {
  /** UUID. What it keeps belongs to it by this: names are used again. */
  readonly id: string;
  readonly bus: BusName;
  readonly description?: string;
  /** JSON text */
  readonly eventPattern?: string;
  /** 0: for ever. */
  readonly retentionDays: number;
  readonly createdAtMs: number;
}

/** An archive ready to be asked whether it wants an event. */
export interface LiveArchive extends StoredArchive {
  /** Undefined: it wants all. */
  readonly matches: EventMatcher | undefined;
}

const DAY_MS = 86_400_000;

export function archiveArn({ accountId, region, name }: ArchiveName): string {
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:archive/${name}`;
}

export function liveArchive(archive: StoredArchive): LiveArchive {
  const { eventPattern: text } = archive;
  const pattern = text === undefined ? undefined : parseEventPattern(text, RULE_DIALECT).pattern;
  return { ...archive, matches: pattern === undefined ? undefined : compileEventPattern(pattern) };
}

/** What was archived before this moment is no longer there. */
export function keptSinceMs({ retentionDays }: StoredArchive, nowMs: number): number {
  return retentionDays === 0 ? 0 : nowMs - retentionDays * DAY_MS;
}

/** For `announce`; without a value the archive is gone. */
export function archiveChange(archive: ArchiveName, value?: StoredArchive): Change {
  const change = { kind: 'event-archive', key: archiveArn(archive) };
  return value === undefined ? change : { ...change, value };
}
