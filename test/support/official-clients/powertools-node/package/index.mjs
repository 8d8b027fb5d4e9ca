import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const { PAYMENTS = '', COUNTS = '' } = process.env;
const client = new DynamoDBClient({});

async function count(id) {
  await client.send(
    new UpdateItemCommand({
      TableName: COUNTS,
      Key: { id: { S: id } },
      UpdateExpression: 'ADD times :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  );
}

async function isThere(id) {
  const { Item } = await client.send(new GetItemCommand({ TableName: COUNTS, Key: { id: { S: id } } }));
  return Item !== undefined;
}

/** Pays once for each order. `until` names what has to be counted before it is done; `fails` throws. */
export const pay = makeIdempotent(
  async ({ order, until, fails }) => {
    await count(`payment ${order}`);
    for (let isFree = until === undefined; !isFree; isFree = await isThere(until)) await setTimeout(50);
    if (fails) throw new Error('as asked');
    return { order, payment: randomUUID() };
  },
  {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: PAYMENTS, clientConfig: {} }),
    config: new IdempotencyConfig({ eventKeyJmesPath: 'order' }),
  },
);

const processor = new BatchProcessor(EventType.DynamoDBStreams);

/** Counts each item that changes; fails for those that say so. */
export const follow = async (event, context) =>
  await processPartialResponse(
    event,
    async ({ dynamodb }) => {
      const { id } = dynamodb.Keys;
      await count(`change ${id.S ?? id}`);
      if (String(id.S ?? id).startsWith('bad')) throw new Error('as asked');
    },
    processor,
    { context },
  );
