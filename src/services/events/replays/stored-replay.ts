import { partitionOf } from '../../../model/stored-function.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { ArchivePosition } from '../archives/archived-events.ts';
import type { ArchiveName } from '../archives/stored-archive.ts';
import type { BusName } from '../buses/stored-bus.ts';

export interface ReplayName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

export type ReplayState = 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

/** A replay as it is kept, with how far it has come. */
export interface StoredReplay extends ReplayName {
  readonly description?: string;
  readonly archive: ArchiveName;
  /** UUID of the archive. */
  readonly archiveId: string;
  readonly bus: BusName;
  /** Only these rules of the bus get the events; undefined: all. */
  readonly ruleArns?: readonly string[];
  /** Of the events' own times; both ends belong to it. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly state: ReplayState;
  readonly stateReason?: string;
  /** All up to here has been put on the bus. */
  readonly position: ArchivePosition;
  /** Time of the last event that has. */
  readonly lastEventMs?: number;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
}

export function replayArn({ accountId, region, name }: ReplayName): string {
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:replay/${name}`;
}

/** For `announce`. */
export function replayChange(replay: StoredReplay): Change {
  return { kind: 'event-replay', key: replayArn(replay), value: replay };
}
