import { randomUUID } from 'node:crypto';
import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { mappingArn } from '../../../model/stored-event-source-mapping.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { addTags } from '../tags/resource-tags.ts';
import { checkTags } from '../tags/tag-rules.ts';
import { findVersion } from '../versions/find-version.ts';
import { mappingConfiguration } from './mapping-configuration.ts';
import { insertMapping } from './mapping-rows.ts';
import { checkMapping, checkTarget } from './mapping-rules.ts';
import { newMapping } from './new-mapping.ts';
import { checkFailureTarget, checkSource, refuseUnbuilt } from './source-rules.ts';

/** Answers with the mapping as it is made; its poller then starts and makes it Enabled. */
export function createEventSourceMapping(
  deps: LambdaDependencies,
): OperationHandler<CreateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const nowMs = deps.clock.now();
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    const kind = checkMapping(input, nowMs);
    const tags = input.Tags ?? {};
    checkTags(tags);
    const found = await findVersion(deps.store.db, reference);
    if (found === undefined) throw invalidParameterValue('Function does not exist');
    const target = found.record.current;
    checkTarget(kind, target);
    const { accountId, region } = context;
    const identity = { accountId, region, uuid: randomUUID(), functionArn: askedArn(reference) };
    const mapping = newMapping({ ...identity, request: input, kind, nowMs });
    refuseUnbuilt('CreateEventSourceMapping', kind, mapping.settings);
    await checkSource(deps.sources, kind, mapping.settings.EventSourceArn ?? '', target, context);
    await checkFailureTarget(
      deps.targets,
      { accountId, roleArn: target.role },
      mapping.settings.DestinationConfig?.OnFailure?.Destination,
    );
    await deps.store.write(async (tx, announce) => {
      await insertMapping(tx, announce, mapping);
      await addTags(tx, mappingArn(mapping), tags);
    });
    return mappingConfiguration(mapping);
  };
}
