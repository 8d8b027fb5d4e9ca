import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { writeQualifierRow } from '../functions/qualifier-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkDestinations } from './destination-rules.ts';
import { configured } from './event-invoke-config-rows.ts';
import {
  requireConfigurable,
  requireSetting,
  shownConfig,
  withSettings,
} from './event-invoke-config-rules.ts';

/** Replaces what there is: settings that are not given are Lambda's defaults again. */
export function putFunctionEventInvokeConfig(
  deps: LambdaDependencies,
): OperationHandler<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const reference = configured(parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context));
    requireSetting(input);
    const config = withSettings({}, input, deps.clock.now());
    await deps.store.write(async (tx, announce) => {
      const sender = await requireConfigurable(tx, reference);
      await checkDestinations(tx, deps, { ...reference, ...sender }, input.DestinationConfig);
      await writeQualifierRow(tx, announce, 'lambda_event_invoke_configs', reference, config);
    });
    return shownConfig(reference, config);
  };
}
