import type {
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { StoredMapping } from '../../../model/stored-event-source-mapping.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findVersion } from '../versions/find-version.ts';
import { mappingConfiguration } from './mapping-configuration.ts';
import { changeMapping, requireMapping } from './mapping-rows.ts';
import { checkFailureTarget, checkSource, refuseUnbuilt } from './source-rules.ts';
import { updatedMapping } from './updated-mapping.ts';

export function updateEventSourceMapping(
  deps: LambdaDependencies,
): OperationHandler<UpdateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const { UUID: uuid = '', FunctionName: functionName } = input;
    const { accountId, region } = context;
    const key = { accountId, region, uuid };
    const reference =
      functionName === undefined ? undefined : parseFunctionReference(functionName, undefined, context);
    const before = await requireMapping(deps.store.db, key);
    const functionArn = reference && askedArn(reference);
    const decide = (present: StoredMapping): StoredMapping =>
      updatedMapping(present, input, functionArn, deps.clock.now());
    const wanted = decide(before);
    refuseUnbuilt('UpdateEventSourceMapping', wanted.kind, wanted.settings);
    const target = await findTarget(deps, wanted, context);
    if (reference !== undefined && target === undefined)
      throw invalidParameterValue('Function does not exist');
    // Switching a mapping off must work whatever has become of its source.
    if (wanted.enabled || reference !== undefined) {
      await checkSource(deps.sources, wanted.kind, wanted.settings.EventSourceArn ?? '', target, context);
    }
    await checkFailureTarget(
      deps.targets,
      { accountId, roleArn: target?.role },
      input.DestinationConfig?.OnFailure?.Destination,
    );
    return mappingConfiguration(await changeMapping(deps.store, key, decide));
  };
}

async function findTarget(
  deps: LambdaDependencies,
  { functionArn }: StoredMapping,
  context: RequestContext,
): Promise<StoredFunction | undefined> {
  const reference = parseFunctionReference(functionArn, undefined, context);
  return (await findVersion(deps.store.db, reference))?.record.current;
}
