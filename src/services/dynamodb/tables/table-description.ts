import type {
  IndexStatus,
  ProvisionedThroughputDescription,
  TableDescription,
  TableStatus,
} from '@aws-sdk/client-dynamodb';
import { streamArn } from '../streams/table-stream.ts';
import type { Contents } from './table-contents.ts';
import type { IndexDefinition, KeySchema, Table, TableDefinition, Throughput } from './table-definition.ts';
import { tableArn } from './table-name.ts';
import { timesLoweredToday } from './throughput.ts';

/** What every table on demand can take at once, as AWS says it. Terraform waits for it. */
const WARM_ON_DEMAND: Throughput = { read: 12_000, write: 4_000 };

/** What a table is described as: its state, and those of indexes that are not ACTIVE, by name. */
interface Moment {
  readonly status: TableStatus;
  /** Platform time. */
  readonly nowMs: number;
  readonly indexes?: Readonly<Record<string, IndexStatus>>;
}

export function describe(table: Table, moment: Moment, contents: Contents): TableDescription {
  const { definition } = table;
  const shown = (kind: IndexDefinition['kind']) =>
    definition.indexes
      .filter((index) => index.kind === kind)
      .map((index) => describeIndex(table, index, contents, moment));
  const [local, global] = [shown('local'), shown('global')];
  return {
    TableName: table.name,
    TableArn: tableArn(table),
    TableId: table.id,
    TableStatus: moment.status,
    CreationDateTime: new Date(table.createdAtMs),
    AttributeDefinitions: Object.entries(definition.attributes).map(([AttributeName, AttributeType]) => {
      return { AttributeName, AttributeType };
    }),
    KeySchema: keyElements(definition.key),
    ...describeCapacity(definition, definition, moment.nowMs),
    ...billingModeSummary(table),
    ...(definition.tableClass !== undefined && { TableClassSummary: { TableClass: definition.tableClass } }),
    TableSizeBytes: contents.bytes,
    ItemCount: contents.items,
    DeletionProtectionEnabled: definition.deletionProtection,
    ...(definition.stream !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: definition.stream.viewType },
      LatestStreamLabel: definition.stream.label,
      LatestStreamArn: streamArn(table, definition.stream.label),
    }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
  };
}

function describeIndex(table: Table, index: IndexDefinition, contents: Contents, moment: Moment) {
  const { type, attributes } = index.projection;
  return {
    IndexName: index.name,
    IndexArn: `${tableArn(table)}/index/${index.name}`,
    KeySchema: keyElements(index.key),
    Projection: { ProjectionType: type, ...(type === 'INCLUDE' && { NonKeyAttributes: [...attributes] }) },
    IndexSizeBytes: contents.bytes,
    ItemCount: contents.items,
    ...(index.kind === 'global' && {
      IndexStatus: moment.indexes?.[index.name] ?? ('ACTIVE' as const),
      ...describeCapacity(table.definition, index, moment.nowMs),
    }),
  };
}

/** Tables that were never on demand say nothing of it. */
function billingModeSummary({ definition: { billingMode, onDemandSinceMs }, createdAtMs }: Table) {
  if (billingMode === 'PROVISIONED' && onDemandSinceMs === undefined) return {};
  const since = new Date(onDemandSinceMs ?? createdAtMs);
  return { BillingModeSummary: { BillingMode: billingMode, LastUpdateToPayPerRequestDateTime: since } };
}

export function keyElements({ hash, range }: KeySchema) {
  const elements = [{ AttributeName: hash, KeyType: 'HASH' as const }];
  if (range === undefined) return elements;
  return [...elements, { AttributeName: range, KeyType: 'RANGE' as const }];
}

/** Of a table, or of one of its global indexes. */
function describeCapacity(
  { billingMode }: TableDefinition,
  { throughput, mostOnDemand }: Pick<TableDefinition, 'throughput' | 'mostOnDemand'>,
  nowMs: number,
) {
  const most = {
    MaxReadRequestUnits: mostOnDemand?.read ?? -1,
    MaxWriteRequestUnits: mostOnDemand?.write ?? -1,
  };
  const warm = billingMode === 'PROVISIONED' ? throughput : WARM_ON_DEMAND;
  return {
    ProvisionedThroughput: describeThroughput(throughput, nowMs),
    ...(mostOnDemand !== undefined && { OnDemandThroughput: most }),
    WarmThroughput: {
      ReadUnitsPerSecond: warm?.read ?? 0,
      WriteUnitsPerSecond: warm?.write ?? 0,
      Status: 'ACTIVE' as const,
    },
  };
}

function describeThroughput(
  throughput: Throughput = { read: 0, write: 0 },
  nowMs: number,
): ProvisionedThroughputDescription {
  const { read, write, raisedAtMs, loweredAtMs } = throughput;
  return {
    NumberOfDecreasesToday: timesLoweredToday(throughput, nowMs),
    ReadCapacityUnits: read,
    WriteCapacityUnits: write,
    ...(raisedAtMs !== undefined && { LastIncreaseDateTime: new Date(raisedAtMs) }),
    ...(loweredAtMs !== undefined && { LastDecreaseDateTime: new Date(loweredAtMs) }),
  };
}
