import type {
  IndexStatus,
  ProvisionedThroughputDescription,
  TableDescription,
  TableStatus,
} from '@aws-sdk/client-dynamodb';
import type { Kysely } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import { streamArn } from '../streams/table-stream.ts';
import type { IndexDefinition, KeySchema, Table, Throughput } from './table-definition.ts';
import { tableArn } from './table-name.ts';

export interface Contents {
  readonly items: number;
  readonly bytes: number;
}

export const EMPTY: Contents = { items: 0, bytes: 0 };

/** AWS brings these figures up to date every six hours; here they are always. */
export async function contentsOf(db: Kysely<Database>, { id }: Table): Promise<Contents> {
  const row = await db
    .selectFrom('dynamodb_items')
    .select(({ fn }) => [fn.countAll<number>().as('items'), fn.sum<number | null>('bytes').as('bytes')])
    .where('table_id', '=', id)
    .executeTakeFirstOrThrow();
  return { items: row.items, bytes: row.bytes ?? 0 };
}

/** @param indexStatus of indexes that are being made, by name; ACTIVE for all others */
export function describe(
  table: Table,
  status: TableStatus,
  contents: Contents,
  indexStatus: Readonly<Record<string, IndexStatus>> = {},
): TableDescription {
  const { definition } = table;
  const shown = (kind: IndexDefinition['kind']) =>
    definition.indexes
      .filter((index) => index.kind === kind)
      .map((index) => describeIndex(table, index, contents, indexStatus[index.name] ?? 'ACTIVE'));
  const [local, global] = [shown('local'), shown('global')];
  return {
    TableName: table.name,
    TableArn: tableArn(table),
    TableId: table.id,
    TableStatus: status,
    CreationDateTime: new Date(table.createdAtMs),
    AttributeDefinitions: Object.entries(definition.attributes).map(([AttributeName, AttributeType]) => {
      return { AttributeName, AttributeType };
    }),
    KeySchema: keyElements(definition.key),
    ProvisionedThroughput: describeThroughput(definition.throughput),
    ...(definition.billingMode === 'PAY_PER_REQUEST' && {
      BillingModeSummary: {
        BillingMode: definition.billingMode,
        LastUpdateToPayPerRequestDateTime: new Date(table.createdAtMs),
      },
    }),
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

function describeIndex(table: Table, index: IndexDefinition, contents: Contents, status: IndexStatus) {
  const { type, attributes } = index.projection;
  return {
    IndexName: index.name,
    IndexArn: `${tableArn(table)}/index/${index.name}`,
    KeySchema: keyElements(index.key),
    Projection: { ProjectionType: type, ...(type === 'INCLUDE' && { NonKeyAttributes: [...attributes] }) },
    IndexSizeBytes: contents.bytes,
    ItemCount: contents.items,
    ...(index.kind === 'global' && {
      IndexStatus: status,
      ProvisionedThroughput: describeThroughput(index.throughput),
    }),
  };
}

export function keyElements({ hash, range }: KeySchema) {
  const elements = [{ AttributeName: hash, KeyType: 'HASH' as const }];
  if (range === undefined) return elements;
  return [...elements, { AttributeName: range, KeyType: 'RANGE' as const }];
}

function describeThroughput(throughput: Throughput | undefined): ProvisionedThroughputDescription {
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: throughput?.read ?? 0,
    WriteCapacityUnits: throughput?.write ?? 0,
  };
}
