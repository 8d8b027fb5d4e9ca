import type {
  InvokeWithResponseStreamRequest,
  InvokeWithResponseStreamResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { notImplementedYet } from '../../../model/lambda-errors.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { decodeClientContext, refuseWhatIsNotThere } from './invocation-rules.ts';
import { checkedPayload } from './payload.ts';

/** A dry run is answered; a run is refused after everything that Lambda would refuse. */
export function invokeWithResponseStream(
  deps: LambdaDependencies,
): OperationHandler<InvokeWithResponseStreamRequest, InvokeWithResponseStreamResponse> {
  return (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    refuseWhatIsNotThere(input);
    checkedPayload(input.Payload);
    deps.invoker.check(reference);
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
    if (input.ClientContext !== undefined) decodeClientContext(input.ClientContext);
    throw notImplementedYet('InvokeWithResponseStream: streaming a response');
  };
}
