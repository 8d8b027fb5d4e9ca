import type { ServiceDefinition } from '../../aws/service.ts';
import { dynamodbActions } from './dynamodb-actions.ts';
import type { DynamodbDependencies } from './dynamodb-dependencies.ts';
import { describeKinesisStreamingDestination } from './destinations/describe-kinesis-streaming-destination.ts';
import { disableKinesisStreamingDestination } from './destinations/disable-kinesis-streaming-destination.ts';
import { enableKinesisStreamingDestination } from './destinations/enable-kinesis-streaming-destination.ts';
import { updateKinesisStreamingDestination } from './destinations/update-kinesis-streaming-destination.ts';
import { describeTimeToLive, updateTimeToLive } from './expiry/time-to-live.ts';
import { batchGetItem } from './items/batch-get-item.ts';
import { batchWriteItem } from './items/batch-write-item.ts';
import { deleteItem } from './items/delete-item.ts';
import { getItem } from './items/get-item.ts';
import { putItem } from './items/put-item.ts';
import { transactGetItems } from './items/transact-get-items.ts';
import { transactWriteItems } from './items/transact-write-items.ts';
import { updateItem } from './items/update-item.ts';
import { batchExecuteStatement } from './partiql/batch-execute-statement.ts';
import { executeStatement } from './partiql/execute-statement.ts';
import { executeTransaction } from './partiql/execute-transaction.ts';
import { query } from './reads/query.ts';
import { scan } from './reads/scan.ts';
import { createTable } from './tables/create-table.ts';
import { describeContinuousBackups, updateContinuousBackups } from './tables/continuous-backups.ts';
import { describeContributorInsights, updateContributorInsights } from './tables/contributor-insights.ts';
import { deleteTable } from './tables/delete-table.ts';
import { describeEndpoints } from './tables/describe-endpoints.ts';
import { describeLimits } from './tables/describe-limits.ts';
import { describeTable } from './tables/describe-table.ts';
import { listTables } from './tables/list-tables.ts';
import { listTagsOfResource, tagResource, untagResource } from './tables/tag-resource.ts';
import { updateTable } from './tables/update-table.ts';

/** DynamoDB: tables and their items. */
export function createDynamodbService(deps: DynamodbDependencies): ServiceDefinition {
  return {
    model: 'dynamodb',
    access: { actions: dynamodbActions },
    operations: {
      BatchExecuteStatement: batchExecuteStatement(deps),
      BatchGetItem: batchGetItem(deps),
      BatchWriteItem: batchWriteItem(deps),
      CreateTable: createTable(deps),
      DeleteItem: deleteItem(deps),
      DeleteTable: deleteTable(deps),
      DescribeContinuousBackups: describeContinuousBackups(deps),
      DescribeContributorInsights: describeContributorInsights(deps),
      DescribeEndpoints: describeEndpoints(),
      DescribeKinesisStreamingDestination: describeKinesisStreamingDestination(deps),
      DescribeLimits: describeLimits(),
      DescribeTable: describeTable(deps),
      DescribeTimeToLive: describeTimeToLive(deps),
      DisableKinesisStreamingDestination: disableKinesisStreamingDestination(deps),
      EnableKinesisStreamingDestination: enableKinesisStreamingDestination(deps),
      ExecuteStatement: executeStatement(deps),
      ExecuteTransaction: executeTransaction(deps),
      GetItem: getItem(deps),
      ListTables: listTables(deps),
      ListTagsOfResource: listTagsOfResource(deps),
      PutItem: putItem(deps),
      Query: query(deps),
      Scan: scan(deps),
      TagResource: tagResource(deps),
      TransactGetItems: transactGetItems(deps),
      TransactWriteItems: transactWriteItems(deps),
      UntagResource: untagResource(deps),
      UpdateContinuousBackups: updateContinuousBackups(deps),
      UpdateContributorInsights: updateContributorInsights(deps),
      UpdateItem: updateItem(deps),
      UpdateKinesisStreamingDestination: updateKinesisStreamingDestination(deps),
      UpdateTable: updateTable(deps),
      UpdateTimeToLive: updateTimeToLive(deps),
    },
  };
}
