import type { FunctionEventInvokeConfig, GetFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { StoredEventInvokeConfig } from '../../../model/event-invoke-config.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { findQualifierRow } from '../functions/qualifier-reads.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { configured } from './event-invoke-config-rows.ts';
import { noConfig, shownConfig } from './event-invoke-config-rules.ts';

export function getFunctionEventInvokeConfig(
  deps: LambdaDependencies,
): OperationHandler<GetFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const reference = configured(parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context));
    const config = await findQualifierRow<StoredEventInvokeConfig>(
      deps.store.db,
      'lambda_event_invoke_configs',
      reference,
    );
    if (config === undefined) throw noConfig(reference);
    return shownConfig(reference, config);
  };
}
