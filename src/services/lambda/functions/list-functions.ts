import type { ListFunctionsRequest, ListFunctionsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { LIST_FUNCTIONS_PAGE_LIMIT } from '../../../model/limits.ts';
import { functionArn, functionRecordOf, functionVersionArn } from '../../../model/stored-function.ts';
import { listedConfiguration } from './function-configuration.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { markerAfter, markerNumber, readMarker } from '../list-marker.ts';
import { numberOf, VERSION_NUMBER } from '../versions/version-rows.ts';

export function listFunctions(
  deps: LambdaDependencies,
): OperationHandler<ListFunctionsRequest, ListFunctionsResponse> {
  return async (input, context) => {
    const everyVersion = input.FunctionVersion === 'ALL';
    if (input.MasterRegion !== undefined) {
      if (!everyVersion) {
        throw invalidParameterValue('FunctionVersion must be set to ALL when MasterRegion is specified.');
      }
      // Only replicas of Lambda@Edge functions have a master Region, and there are none here.
      if (input.MasterRegion !== 'ALL') return { Functions: [] };
    }
    const limit = Math.min(input.MaxItems ?? LIST_FUNCTIONS_PAGE_LIMIT, LIST_FUNCTIONS_PAGE_LIMIT);
    const [afterName, afterVersion] = readMarker(input.Marker);
    let query = deps.store.db
      .selectFrom('lambda_functions')
      .select(['name', 'version', 'configuration', 'serving_configuration'])
      .where('account_id', '=', context.accountId)
      .where('region', '=', context.region)
      .where((where) =>
        where.or([
          where('name', '>', afterName),
          where.and([where('name', '=', afterName), where(VERSION_NUMBER, '>', markerNumber(afterVersion))]),
        ]),
      );
    if (!everyVersion) query = query.where('version', '=', '$LATEST');
    const rows = await query
      .orderBy('name')
      .orderBy(VERSION_NUMBER)
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      Functions: page.map((row) => {
        const { current } = functionRecordOf(row);
        const arn = functionArn(current.accountId, current.region, current.name);
        return listedConfiguration(current, everyVersion ? functionVersionArn(current) : arn);
      }),
      ...(rows.length > limit && last && { NextMarker: markerAfter(last.name, numberOf(last.version)) }),
    };
  };
}
