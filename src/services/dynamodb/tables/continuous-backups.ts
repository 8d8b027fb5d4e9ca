import type {
  ContinuousBackupsDescription,
  DescribeContinuousBackupsInput,
  DescribeContinuousBackupsOutput,
  UpdateContinuousBackupsInput,
  UpdateContinuousBackupsOutput,
} from '@aws-sdk/client-dynamodb';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { tableNameOf } from './table-name.ts';
import { notBuilt } from './unbuilt-settings.ts';

type Deps = Pick<DynamodbDependencies, 'tables'>;

/** As AWS says it of every table that cannot be taken back to a moment. */
const WITHOUT_RECOVERY: ContinuousBackupsDescription = {
  ContinuousBackupsStatus: 'ENABLED',
  PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
};

export function describeContinuousBackups(
  deps: Deps,
): OperationHandler<DescribeContinuousBackupsInput, DescribeContinuousBackupsOutput> {
  return async (input, context) => {
    await checkTable(deps, input.TableName, context);
    return { ContinuousBackupsDescription: WITHOUT_RECOVERY };
  };
}

/** Off, as it is; that it is on is refused. */
export function updateContinuousBackups(
  deps: Deps,
): OperationHandler<UpdateContinuousBackupsInput, UpdateContinuousBackupsOutput> {
  return async (input, context) => {
    await checkTable(deps, input.TableName, context);
    if (input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true) {
      throw notBuilt('PointInTimeRecovery');
    }
    return { ContinuousBackupsDescription: WITHOUT_RECOVERY };
  };
}

async function checkTable(deps: Deps, given: string | undefined, context: RequestContext): Promise<void> {
  const name = tableNameOf(given, context);
  if ((await deps.tables.find(name)) !== undefined) return;
  throw new ServiceError('TableNotFoundException', `Table not found: ${name.name}`);
}
