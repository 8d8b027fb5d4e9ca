import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient());
const topics = new SNSClient();

/** Books new orders from the table's stream. A record may come more than once; what it leads to is done once. */
export const handler = async ({ Records }) => {
  for (const { dynamodb } of Records) {
    try {
      const { id, customer, cents } = dynamodb.NewImage;
      await bookOrder(id.S, customer.S, Number(cents.N));
    } catch (error) {
      console.error(error);
      // This one and all after it come again.
      return { batchItemFailures: [{ itemIdentifier: dynamodb.SequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
};

async function bookOrder(id, customer, cents) {
  const isNew = await addToCustomer(id, customer, cents);
  // The topic knows what it was told within the last minutes by its id; so does whoever reads the queue later.
  await topics.send(
    new PublishCommand({
      TopicArn: process.env.TOPIC,
      Message: JSON.stringify({ id, customer, cents }),
      MessageGroupId: customer,
      MessageDeduplicationId: id,
    }),
  );
  console.log(`${isNew ? 'booked' : 'had booked'} ${id} of ${customer}: ${cents} cents`);
}

/** The sum and the mark that the order is in it: both or none. False: it was there already. */
async function addToCustomer(id, customer, cents) {
  const TableName = process.env.CUSTOMERS;
  const mark = { TableName, Item: { id: `order ${id}` }, ConditionExpression: 'attribute_not_exists(id)' };
  const sum = {
    TableName,
    Key: { id: `customer ${customer}` },
    UpdateExpression: 'ADD orders :one, cents :cents',
    ExpressionAttributeValues: { ':one': 1, ':cents': cents },
  };
  try {
    await tables.send(new TransactWriteCommand({ TransactItems: [{ Put: mark }, { Update: sum }] }));
    return true;
  } catch (error) {
    const isThere =
      error instanceof TransactionCanceledException &&
      error.CancellationReasons[0].Code === 'ConditionalCheckFailed';
    if (isThere) return false;
    throw error;
  }
}
