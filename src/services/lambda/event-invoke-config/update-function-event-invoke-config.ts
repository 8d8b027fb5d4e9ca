import type {
  FunctionEventInvokeConfig,
  UpdateFunctionEventInvokeConfigRequest,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { StoredEventInvokeConfig } from '../../../model/event-invoke-config.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { retried } from '../functions/function-rows.ts';
import { findQualifierRow, replaceQualifierRow } from '../functions/qualifier-reads.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkDestinations } from './destination-rules.ts';
import { configured } from './event-invoke-config-rows.ts';
import {
  noConfig,
  requireConfigurable,
  requireSetting,
  shownConfig,
  withSettings,
} from './event-invoke-config-rules.ts';

const TABLE = 'lambda_event_invoke_configs';

/** Changes what is given and keeps the rest. */
export function updateFunctionEventInvokeConfig(
  deps: LambdaDependencies,
): OperationHandler<UpdateFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const reference = configured(parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context));
    requireSetting(input);
    return await retried(reference, async () => {
      return await deps.store.write(async (tx, announce) => {
        const sender = await requireConfigurable(tx, reference);
        const before = await findQualifierRow<StoredEventInvokeConfig>(tx, TABLE, reference);
        if (before === undefined) throw noConfig(reference);
        await checkDestinations(tx, deps, { ...reference, ...sender }, input.DestinationConfig);
        const after = withSettings(before, input, deps.clock.now());
        await replaceQualifierRow(tx, announce, TABLE, reference, before, after);
        return shownConfig(reference, after);
      });
    });
  };
}
