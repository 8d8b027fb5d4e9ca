import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { InvokeAnswer, InvokedFunction } from '../../../invoke/function-invoker.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { notImplementedYet } from '../../../model/lambda-errors.ts';
import { spend } from '../../../model/spent-memory.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { base64, checkRequestId, decodeClientContext, refuseWhatIsNotThere } from './invocation-rules.ts';
import { checkEventSize, checkedPayload } from './payload.ts';

/** Not an async function: on the hot path a rejected check may as well throw, and the answer needs one promise only. */
export function invoke(
  deps: Pick<LambdaDependencies, 'invoker' | 'events'>,
): OperationHandler<InvocationRequest, InvocationResponse> {
  return (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    const { accountId, region, name, qualifier } = reference;
    checkRequestId(context);
    refuseWhatIsNotThere(input);
    if (input.InvocationType === 'Event') checkEventSize(input.Payload);
    const payload = checkedPayload(input.Payload);
    if (input.InvocationType === 'DryRun') {
      const checked = deps.invoker.check({ accountId, region, name, qualifier, tenantId: input.TenantId });
      const good = { StatusCode: 204 };
      return checked instanceof Promise ? checked.then(() => good) : good;
    }
    const { requestId } = context;
    const traceId = context.header('x-amzn-trace-id');
    if (input.InvocationType === 'Event') {
      if (input.TenantId !== undefined)
        return refuseTenantsEvent(deps, { ...reference, tenantId: input.TenantId });
      const event = { accountId, region, name, qualifier, payload, requestId, traceId };
      return deps.events.accept(event).then((traceHeader) => accepted(traceHeader, context));
    }
    const answer = deps.invoker.invoke({
      accountId,
      region,
      name,
      qualifier,
      payload,
      requestId,
      traceId,
      clientContext: input.ClientContext === undefined ? undefined : decodeClientContext(input.ClientContext),
      tenantId: input.TenantId,
      wantsLogTail: input.LogType === 'Tail',
    });
    return answer.then((result) => {
      // Nobody runs it again.
      spend(payload);
      return response(result, context);
    });
  };
}

/** Events are kept without whose they are. What else is wrong with the request is said first. */
async function refuseTenantsEvent(
  { invoker }: Pick<LambdaDependencies, 'invoker'>,
  event: InvokedFunction,
): Promise<never> {
  await invoker.check(event);
  throw notImplementedYet('InvocationType Event with a TenantId');
}

/** Log type and client context mean nothing here: AWS takes them and hands neither on. */
function accepted(traceHeader: string, context: RequestContext): InvocationResponse {
  context.setHeader('X-Amzn-Trace-Id', traceHeader);
  return { StatusCode: 202 };
}

function response(answer: InvokeAnswer, context: RequestContext): InvocationResponse {
  context.setHeader('X-Amzn-Trace-Id', answer.traceId);
  spend(answer.payload);
  const { payload: Payload, executedVersion: ExecutedVersion, functionError, logTail } = answer;
  const output: InvocationResponse = { StatusCode: 200, ExecutedVersion, Payload };
  if (functionError !== undefined) output.FunctionError = functionError;
  if (logTail !== undefined) output.LogResult = base64(logTail);
  return output;
}
