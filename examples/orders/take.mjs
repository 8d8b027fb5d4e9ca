import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient());

/** Takes an order: as it is, or as the body of a web request, from a function URL or an API. */
export const handler = async (event) => {
  const order = typeof event.body === 'string' ? JSON.parse(event.body) : event;
  const { id = randomUUID(), customer, items } = order;
  if (typeof customer !== 'string' || !Array.isArray(items) || !items.every(isItem))
    return answer(400, { message: 'An order has a customer, and items with sku, quantity and cents.' });
  const cents = items.reduce((sum, item) => sum + item.quantity * item.cents, 0);
  try {
    await tables.send(
      new PutCommand({
        TableName: process.env.ORDERS,
        Item: { id, customer, items, cents, takenAt: new Date().toISOString() },
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    );
    return answer(201, { id, cents });
  } catch (error) {
    // Whoever had no answer asks again with the same id.
    if (error instanceof ConditionalCheckFailedException) return answer(200, { id });
    throw error;
  }
};

function isItem({ sku, quantity, cents }) {
  return typeof sku === 'string' && Number.isInteger(quantity) && quantity > 0 && Number.isInteger(cents);
}

function answer(statusCode, body) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
