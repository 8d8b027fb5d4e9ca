import type { EnvironmentCounts } from '../../environment/environment-counts.ts';
import type { EnvironmentRecord } from '../../environment/environment-records.ts';
import type { Grant, Need, Recall, Returned } from '../../invoke/lending/lending-messages.ts';
import type { ClockReading } from '../../model/clock.ts';
import type { LogStreamName } from '../../model/log-sink.ts';
import type { SamplingQuestion, SegmentDelivery } from '../../model/trace-sink.ts';
import type { Change } from '../../store/change-feed.ts';
import type { TlsSettings } from '../../aws/tls-settings.ts';
import type { Config } from '../../config.ts';
import type { RelaySettings } from './relay.ts';

/** All a worker needs to know to begin. */
export interface Greeting {
  readonly kind: 'greeting';
  /** From 1 on; a worker that takes another's place has its number. */
  readonly worker: number;
  readonly config: Config;
  /** The level the main process runs functions at. */
  readonly isolation: Config['isolation'];
  readonly directory: string;
  /** Address of the platform as functions see it. */
  readonly endpoint: { readonly inside: string; readonly local: string };
  readonly port: number;
  readonly sessionKey: Uint8Array;
  /** Where the port speaks it. */
  readonly tls: TlsSettings | undefined;
  /** With TLS. */
  readonly relay: RelaySettings | undefined;
  readonly clock: ClockReading;
  /** Everything that is stored and that invokes depend on, as the changes that would make it. */
  readonly changes: readonly Change[];
}

/** What the main process tells a worker. */
export type ToWorker =
  | Greeting
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'grant'; readonly grant: Grant }
  | { readonly kind: 'recall'; readonly recall: Recall }
  | { readonly kind: 'clock'; readonly clock: ClockReading }
  | { readonly kind: 'reset' }
  | { readonly kind: 'facts' }
  | { readonly kind: 'alive' }
  /** Some of its connections are to go to others. */
  | { readonly kind: 'yield'; readonly connections: number }
  /** All of them are, and those that still come. */
  | { readonly kind: 'hand-back' }
  /** When it has done with so many connections: all that it was ever given. */
  | { readonly kind: 'stop'; readonly connections: number };

/** What a worker tells the main process. */
export type ToMain =
  | { readonly kind: 'need'; readonly need: Need }
  | { readonly kind: 'returned'; readonly returned: Returned }
  | { readonly kind: 'removed'; readonly functionArn: string }
  | { readonly kind: 'recalled'; readonly round: number }
  | { readonly kind: 'starts'; readonly functionArn: string; readonly wanted: number }
  | { readonly kind: 'starts-returned'; readonly functionArn: string; readonly count: number }
  /** Answered when there is room for more. */
  | { readonly kind: 'logs'; readonly batches: readonly LogBatch[] }
  | { readonly kind: 'segments'; readonly deliveries: readonly SegmentDelivery[] }
  | { readonly kind: 'sampling'; readonly question: SamplingQuestion }
  | { readonly kind: 'closed'; readonly connections: number }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'catch-up' }
  /** It has forgotten everything, what it borrowed among it: what it asks for from now on is a new loan's. */
  | { readonly kind: 'emptied' }
  | { readonly kind: 'code'; readonly sha256s: readonly string[]; readonly areLayers: boolean };

/** Events of one log stream. */
export interface LogBatch {
  /** Of the worker's own counting. */
  readonly stream: number;
  /** With the first of a stream. */
  readonly name: LogStreamName | undefined;
  /** Time, message, and whether it is one of the platform's own (1 or 0) of each, in turn. */
  readonly events: readonly (number | string)[];
  readonly isEnd: boolean;
}

/** How a worker is doing. */
export interface WorkerFacts extends LastWord {
  readonly counts: EnvironmentCounts;
  readonly environments: readonly EnvironmentRecord[];
}

/** The answer to `stop`. */
export interface LastWord {
  /** Accepted since it began. */
  readonly invocations: number;
}

/** The answer to whether a worker is alive. */
export interface Pulse extends LastWord {
  readonly load: Load;
}

/** How busy a process was of late. */
export interface Load {
  /** Of its event loop's time, from 0 to 1. */
  readonly utilization: number;
  /** Plain invokes. */
  readonly perSecond: number;
  /** Those that brought them. */
  readonly connections: number;
}

/** Goes with a connection for a worker, over the channel that can carry one. */
export interface NewConnection {
  /**
   * What was read of it: with TLS to see whose it is; in the clear of one that was served elsewhere so far, and not answered
   * there. Undefined for one that nobody has read from.
   */
  readonly bytes: Uint8Array | undefined;
}

/** The same of one that a worker sends back. */
export type SentBack =
  /** For whoever has time; fresh if nothing ever came on it. */
  | { readonly kind: 'returned'; readonly bytes: Uint8Array; readonly isFresh: boolean }
  /** The main process's after all, with what was read of it. */
  | { readonly kind: 'other'; readonly bytes: Uint8Array }
  /** One that a function made, from its own network. */
  | { readonly kind: 'inside' };

/** What comes back of a connection: itself, or its bytes only. */
export type ReturnedConnection = SentBack | { readonly kind: 'decrypted'; readonly bytes: Uint8Array };
