import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TestServer } from './server.ts';

/** A client for DynamoDB; the caller destroys it. */
export function dynamodbFor({ endpoint }: Pick<TestServer, 'endpoint'>): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

/** Tables with these keys: `id`, or `id` and `at`. */
export const KEY_OF_ONE: Partial<CreateTableCommandInput> = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
export const KEY_OF_TWO: Partial<CreateTableCommandInput> = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
};

/** Makes a table under a name of its own, which it returns. */
export async function makeTable(
  client: DynamoDBClient,
  input: Partial<CreateTableCommandInput> = KEY_OF_ONE,
): Promise<string> {
  const TableName = `table-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      ...(input as Pick<CreateTableCommandInput, 'AttributeDefinitions' | 'KeySchema'>),
    }),
  );
  return TableName;
}

export async function putAll(
  client: DynamoDBClient,
  TableName: string,
  ...items: Record<string, AttributeValue>[]
): Promise<void> {
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
}

export const text = (S: string): AttributeValue => ({ S });
export const number = (value: number): AttributeValue => ({ N: String(value) });
