import type {
  DescribeContributorInsightsInput,
  DescribeContributorInsightsOutput,
  UpdateContributorInsightsInput,
  UpdateContributorInsightsOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { tableNameOf } from './table-name.ts';
import { tableNotFound } from './table-rows.ts';
import { notBuilt } from './unbuilt-settings.ts';

type Deps = Pick<DynamodbDependencies, 'tables'>;
type Named = Pick<DescribeContributorInsightsInput, 'TableName' | 'IndexName'>;

/** Nobody counts which keys are used most: it is off everywhere. */
export function describeContributorInsights(
  deps: Deps,
): OperationHandler<DescribeContributorInsightsInput, DescribeContributorInsightsOutput> {
  return async (input, context) => ({
    ...(await switchedOff(deps, input, context)),
    ContributorInsightsRuleList: [],
  });
}

/** Off, as it is; that it is on is refused. */
export function updateContributorInsights(
  deps: Deps,
): OperationHandler<UpdateContributorInsightsInput, UpdateContributorInsightsOutput> {
  return async (input, context) => {
    const output = await switchedOff(deps, input, context);
    if (input.ContributorInsightsAction === 'ENABLE') throw notBuilt('ContributorInsights');
    return output;
  };
}

async function switchedOff(deps: Deps, input: Named, context: RequestContext) {
  const name = tableNameOf(input.TableName, context);
  const table = await deps.tables.find(name);
  if (table === undefined) throw tableNotFound(name.name);
  const { IndexName } = input;
  if (IndexName !== undefined && !table.definition.indexes.some((index) => index.name === IndexName))
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Index: ${IndexName}`);
  return {
    TableName: name.name,
    ...(IndexName !== undefined && { IndexName }),
    ContributorInsightsStatus: 'DISABLED' as const,
  };
}
