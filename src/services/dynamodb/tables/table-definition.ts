import type { TableName } from './table-name.ts';

/** The part of a key: an attribute and the type it must have. */
export type KeyType = 'S' | 'N' | 'B';

export interface KeySchema {
  readonly hash: string;
  readonly range?: string;
}

export interface IndexDefinition {
  /** UUID; names its entries. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly key: KeySchema;
  /** What queries of the index show of an item, beside both keys. */
  readonly projection: {
    readonly type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly attributes: readonly string[];
  };
  /** Of a global index in provisioned mode. */
  readonly throughput?: Throughput;
  /** Of a global index on demand. */
  readonly mostOnDemand?: MostOnDemand;
}

/** Units per second. */
export interface Throughput {
  readonly read: number;
  readonly write: number;
  /** Platform time, of the last change that raised one of them. */
  readonly raisedAtMs?: number;
  readonly loweredAtMs?: number;
  /** How often one was lowered on the day it was last, UTC. */
  readonly timesLowered?: number;
}

/** Units per second; without one of them as many as there are. */
export interface MostOnDemand {
  readonly read?: number;
  readonly write?: number;
}

export type ViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** What a table's definition says of its stream while it is switched on. */
export interface StreamSwitch {
  readonly id: string;
  readonly label: string;
  readonly viewType: ViewType;
}

export type Precision = 'MILLISECOND' | 'MICROSECOND';

/** What a table's definition says of the Kinesis stream its changes go to. */
export interface DestinationSwitch {
  readonly id: string;
  /** Of times in records; in milliseconds where none was asked for. */
  readonly precision?: Precision;
}

export interface TableDefinition {
  readonly attributes: Readonly<Record<string, KeyType>>;
  readonly key: KeySchema;
  readonly indexes: readonly IndexDefinition[];
  readonly billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  /** In provisioned mode. */
  readonly throughput?: Throughput;
  /** Where each request is paid for: what bounds its cost. */
  readonly mostOnDemand?: MostOnDemand;
  /** Platform time of the last change to paying for each request. */
  readonly onDemandSinceMs?: number;
  readonly tableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly deletionProtection: boolean;
  /** While its changes are streamed. */
  readonly stream?: StreamSwitch;
  /** While its changes go to a Kinesis stream. */
  readonly destination?: DestinationSwitch;
  /** The attribute that says when an item expires, seconds since the epoch. */
  readonly timeToLive?: string;
  /** Platform time of its last change. */
  readonly timeToLiveSetAtMs?: number;
}

export interface Table extends TableName {
  /** UUID */
  readonly id: string;
  readonly definition: TableDefinition;
  readonly createdAtMs: number;
}
