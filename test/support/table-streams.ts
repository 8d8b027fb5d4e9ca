import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeValue,
  DescribeTableCommand,
  type DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { TestServer } from './server.ts';

export type TableItem = Record<string, AttributeValue>;

/** A change of an item, as streams show it. */
export interface TableChange {
  readonly eventID: string;
  readonly id: string;
  readonly before: TableItem | undefined;
  readonly after: TableItem | undefined;
}

/** A client for the streams of tables; the caller destroys it. */
export function tableStreamsFor({ endpoint }: Pick<TestServer, 'endpoint'>): DynamoDBStreamsClient {
  return new DynamoDBStreamsClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

export async function streamArnOf(client: DynamoDBClient, TableName: string): Promise<string> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  return Table?.LatestStreamArn ?? '';
}

/** All that a table's stream has, in its order. The table's key is `id`; its stream has both images. */
export async function changesOf(streams: DynamoDBStreamsClient, StreamArn: string): Promise<TableChange[]> {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const changes: TableChange[] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator } = await streams.send(new GetShardIteratorCommand(from));
    while (ShardIterator !== undefined) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
      for (const { eventID = '', dynamodb } of page.Records ?? [])
        changes.push({
          eventID,
          id: dynamodb?.Keys?.['id']?.S ?? '',
          before: dynamodb?.OldImage,
          after: dynamodb?.NewImage,
        });
      ShardIterator = page.Records?.length === 0 ? undefined : page.NextShardIterator;
    }
  }
  return changes;
}

export async function itemsOf(client: DynamoDBClient, TableName: string): Promise<Map<string, TableItem>> {
  const items = new Map<string, TableItem>();
  let ExclusiveStartKey: TableItem | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    for (const item of page.Items ?? []) items.set(item['id']?.S ?? '', item);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

/**
 * Where changes do not lead, one from the other, from nothing to the items there are: one that is missing, comes twice or out of
 * its order breaks its item's chain, as long as no item comes back to what it was.
 */
export function brokenChains(
  changes: readonly Omit<TableChange, 'eventID'>[],
  items: ReadonlyMap<string, TableItem>,
): string[] {
  const current = new Map<string, TableItem>();
  const broken: string[] = [];
  for (const { id, before, after } of changes) {
    if (!isDeepStrictEqual(plain(current.get(id)), plain(before)))
      broken.push(`${id}: ${JSON.stringify(before)} follows ${JSON.stringify(current.get(id))}`);
    if (after === undefined) current.delete(id);
    else current.set(id, after);
  }
  for (const id of new Set([...current.keys(), ...items.keys()])) {
    if (!isDeepStrictEqual(plain(current.get(id)), plain(items.get(id))))
      broken.push(`${id}: ends as ${JSON.stringify(current.get(id))}, is ${JSON.stringify(items.get(id))}`);
  }
  return broken;
}

function plain(item: TableItem | undefined): unknown {
  return item === undefined ? undefined : JSON.parse(JSON.stringify(item));
}
