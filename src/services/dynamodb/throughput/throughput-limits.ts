import type { Clock } from '../../../model/clock.ts';
import type { ServiceError } from '../../../model/service-error.ts';
import type { Usage } from '../items/consumed-capacity.ts';
import type { IndexDefinition, Table, TableDefinition } from '../tables/table-definition.ts';
import { type Excess, throttled } from './throttled.ts';
import { TokenBucket } from './token-bucket.ts';

/** Of buckets; from here on those that are full are dropped: a new one would be the same. */
const MANY = 10_000;

/**
 * Keeps tables and their global indexes within the units they have: those they are provisioned with, or the most that is set for
 * them on demand. In memory, by platform time; where several platforms share a database each lets through as much.
 */
export class ThroughputLimits {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Before a read of a table or of one of its indexes. Throws when nothing is left for it. */
  admitRead(table: Table, index?: IndexDefinition): void {
    const refusal = this.readRefusal(table, index);
    if (refusal !== undefined) throw refusal;
  }

  /** The error, for who goes on without it. */
  readRefusal(table: Table, index?: IndexDefinition): ServiceError | undefined {
    return this.#refusal({ table, index: ownerOf(index), kind: 'read' });
  }

  /** After a read: how much it was is known only then. */
  countRead(table: Table, index: IndexDefinition | undefined, units: number): void {
    this.#bucket({ table, index: ownerOf(index), kind: 'read' })?.take(units);
  }

  /** Whether it is asked for a write of the table at all. */
  isBounded({ definition: { billingMode, mostOnDemand, indexes } }: Table): boolean {
    if (billingMode === 'PROVISIONED' || mostOnDemand !== undefined) return true;
    return indexes.some((index) => index.mostOnDemand !== undefined);
  }

  /** Throws when nothing is left for any write of the table. */
  admitWrite(table: Table): void {
    this.#require({ table, index: undefined, kind: 'write' });
  }

  /** Throws, and takes nothing, when nothing is left in the table or in an index that has to be written too. */
  takeWrite(usage: Usage): void {
    const excesses = writesOf(usage).map(([excess]) => excess);
    for (const excess of excesses) this.#require(excess);
    this.#takeWrite(usage, 1);
  }

  /** What was taken for a write that is tried again. */
  giveBack(usage: Usage): void {
    this.#takeWrite(usage, -1);
  }

  /** A table's definition has changed: from now on its buckets fill as it says. */
  follow(table: Table): void {
    for (const index of [undefined, ...table.definition.indexes]) {
      for (const kind of ['read', 'write'] as const) this.#bucket({ table, index, kind });
    }
  }

  clear(): void {
    this.#buckets.clear();
  }

  #takeWrite(usage: Usage, sign: 1 | -1): void {
    for (const [excess, units] of writesOf(usage)) this.#bucket(excess)?.take(sign * units);
  }

  #require(excess: Excess): void {
    const refusal = this.#refusal(excess);
    if (refusal !== undefined) throw refusal;
  }

  #refusal(excess: Excess): ServiceError | undefined {
    return this.#bucket(excess)?.isEmpty === true ? throttled(excess) : undefined;
  }

  /** Filled up to now; undefined where there is no limit. */
  #bucket({ table, index, kind }: Excess): TokenBucket | undefined {
    const rate = rateOf(table.definition, index)?.[kind];
    if (rate === undefined) return undefined;
    const nowMs = this.#clock.now();
    const name = `${index?.id ?? table.id} ${kind}`;
    const known = this.#buckets.get(name);
    if (known !== undefined) {
      known.fill(rate, nowMs);
      return known;
    }
    if (this.#buckets.size >= MANY) this.#dropFull();
    const bucket = new TokenBucket(rate, nowMs);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  #dropFull(): void {
    for (const [name, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(name);
  }
}

/** Local indexes use up their table's units. */
function ownerOf(index: IndexDefinition | undefined): IndexDefinition | undefined {
  return index?.kind === 'global' ? index : undefined;
}

function rateOf(
  { billingMode, throughput, mostOnDemand }: TableDefinition,
  index: IndexDefinition | undefined,
): { readonly read?: number; readonly write?: number } | undefined {
  if (billingMode === 'PROVISIONED') return index === undefined ? throughput : index.throughput;
  return index === undefined ? mostOnDemand : index.mostOnDemand;
}

/** Whose units a write takes, and how many. */
function writesOf({ table, units, indexes }: Usage): [Excess, number][] {
  let ofTable = units;
  const ofIndexes: [Excess, number][] = [];
  for (const index of table.definition.indexes) {
    const used = indexes[index.name];
    if (used === undefined) continue;
    if (index.kind === 'local') ofTable += used;
    else ofIndexes.push([{ table, index, kind: 'write' }, used]);
  }
  return [[{ table, index: undefined, kind: 'write' }, ofTable], ...ofIndexes];
}
