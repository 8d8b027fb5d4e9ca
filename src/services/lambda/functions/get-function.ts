import type { GetFunctionRequest, GetFunctionResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { functionArn } from '../../../model/stored-function.ts';
import { functionConfiguration } from './function-configuration.ts';
import { requireVersion } from '../versions/find-version.ts';
import { askedArn } from './function-rows.ts';
import { findSettings } from './settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { mayAlso } from '../permissions/foreign-context.ts';
import { readTags } from '../tags/resource-tags.ts';

export function getFunction(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionRequest, GetFunctionResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    const { record } = await requireVersion(deps.store.db, reference);
    const { current } = record;
    const arn = functionArn(reference.accountId, reference.region, reference.name);
    // It is reserved for the function as a whole, and AWS does not show it to those who ask for a version or alias.
    const isQualified = reference.qualifier !== undefined;
    const settings = isQualified ? undefined : await findSettings(deps.store.db, reference);
    const reserved = settings?.reservedConcurrency;
    const tags = mayAlso(context, 'lambda:ListTags') ? await readTags(deps.store.db, arn) : {};
    return {
      Configuration: functionConfiguration(current, askedArn(reference)),
      Code: { RepositoryType: 'S3', Location: deps.codeLocation(context.origin, current) },
      ...(Object.keys(tags).length > 0 && { Tags: tags }),
      ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    };
  };
}
