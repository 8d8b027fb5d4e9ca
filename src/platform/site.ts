import type { Config } from '../config.ts';
import type { MovableClock } from '../model/clock.ts';
import type { PlatformLog } from '../telemetry/platform-log.ts';
import type { Address } from './address.ts';
import type { Identity } from './identity.ts';
import type { InsideDoor } from './inside-door.ts';
import type { ChosenIsolation } from './isolation.ts';
import type { State } from './state.ts';
import type { Warnings } from './warnings.ts';

/** What every stage of building needs. */
export interface Site {
  readonly config: Config;
  readonly log: PlatformLog;
  readonly warnings: Warnings;
  readonly address: Address;
  readonly identity: Identity;
  readonly clock: MovableClock;
  readonly state: State;
  readonly inside: InsideDoor;
  readonly isolation: Promise<ChosenIsolation>;
}
