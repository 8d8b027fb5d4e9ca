import type {
  ListTagsOfResourceInput,
  ListTagsOfResourceOutput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { Table } from './table-definition.ts';
import { tableArn, tableNameOf } from './table-name.ts';
import { addTableTags, checkTableTags } from './table-tags.ts';

const MOST_TAGS = 50;

export function tagResource(deps: DynamodbDependencies): OperationHandler<TagResourceInput, object> {
  return async (input, context) => {
    const tags = checkTableTags(input.Tags);
    // In AWS's spelling.
    if (tags.size === 0) throw validation('Atleast one Tag needs to be provided as Input.');
    const table = await taggedTable(deps, input.ResourceArn, context);
    await deps.store.write(async (tx) => {
      await addTableTags(tx, table, tags);
      const { count } = await tx
        .selectFrom('resource_tags')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('resource_arn', '=', tableArn(table))
        .executeTakeFirstOrThrow();
      if (count > MOST_TAGS) throw validation('The number of tags exceeds the limit of 50');
    });
    return {};
  };
}

export function untagResource(deps: DynamodbDependencies): OperationHandler<UntagResourceInput, object> {
  return async (input, context) => {
    const table = await taggedTable(deps, input.ResourceArn, context);
    const keys = input.TagKeys ?? [];
    if (keys.length === 0) throw validation('Atleast one Tag Key needs to be provided as Input.');
    await deps.store.write(async (tx) => {
      await tx
        .deleteFrom('resource_tags')
        .where('resource_arn', '=', tableArn(table))
        .where('key', 'in', keys)
        .execute();
    });
    return {};
  };
}

/** A table has fewer tags than a page would hold. */
export function listTagsOfResource(
  deps: DynamodbDependencies,
): OperationHandler<ListTagsOfResourceInput, ListTagsOfResourceOutput> {
  return async (input, context) => {
    const table = await taggedTable(deps, input.ResourceArn, context);
    // None was ever handed out.
    if (input.NextToken !== undefined) throw validation('The provided NextToken is invalid');
    const rows = await deps.store.db
      .selectFrom('resource_tags')
      .select(['key', 'value'])
      .where('resource_arn', '=', tableArn(table))
      .orderBy('key')
      .execute();
    return { Tags: rows.map(({ key, value }) => ({ Key: key, Value: value })) };
  };
}

async function taggedTable(
  deps: DynamodbDependencies,
  arn: string | undefined,
  context: RequestContext,
): Promise<Table> {
  if (arn?.startsWith('arn:') !== true)
    throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = await deps.tables.find(tableNameOf(arn, context));
  if (table !== undefined && table.accountId === context.accountId) return table;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Requested resource not found: ResourcArn: ${arn} not found`,
  );
}
