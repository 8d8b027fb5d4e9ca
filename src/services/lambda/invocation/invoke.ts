import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { InvokeAnswer } from '../../../invoke/function-invoker.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { findJsonProblem } from '../../../model/json-problem.ts';
import { isJsonText } from '../../../model/json-text.ts';
import {
  invalidParameterValue,
  invalidRequestContent,
  notImplementedYet,
} from '../../../model/lambda-errors.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

/** What a function gets that is invoked with nothing. */
const EMPTY_EVENT: Uint8Array = Buffer.from('{}');

/** Not an async function: on the hot path a rejected check may as well throw, and the answer needs one promise only. */
export function invoke(deps: LambdaDependencies): OperationHandler<InvocationRequest, InvocationResponse> {
  return (input, context) => {
    const { accountId, region, name, qualifier } = parseFunctionReference(
      input.FunctionName ?? '',
      input.Qualifier,
      context,
    );
    refuseWhatIsNotThere(input);
    const payload = checkedPayload(input.Payload);
    if (input.InvocationType === 'DryRun') {
      deps.invoker.check({ accountId, region, name, qualifier });
      return { StatusCode: 204 };
    }
    const answer = deps.invoker.invoke({
      accountId,
      region,
      name,
      qualifier,
      payload,
      requestId: context.requestId,
      traceId: header(context, 'x-amzn-trace-id'),
      clientContext: input.ClientContext === undefined ? undefined : decodeClientContext(input.ClientContext),
      wantsLogTail: input.LogType === 'Tail',
    });
    return answer.then((result) => response(result, context));
  };
}

function response(answer: InvokeAnswer, context: RequestContext): InvocationResponse {
  context.setHeader('X-Amzn-Trace-Id', answer.traceId);
  const { payload: Payload, executedVersion: ExecutedVersion, functionError, logTail } = answer;
  const output: InvocationResponse = { StatusCode: 200, ExecutedVersion, Payload };
  if (functionError !== undefined) output.FunctionError = functionError;
  if (logTail !== undefined) output.LogResult = base64(logTail);
  return output;
}

function refuseWhatIsNotThere(input: InvocationRequest): void {
  if (input.InvocationType === 'Event') {
    throw notImplementedYet('InvocationType Event: asynchronous invocation');
  }
  if (input.DurableExecutionName !== undefined) {
    throw invalidParameterValue(
      'DurableExecutionName is for durable functions only; this function is not one.',
    );
  }
  if (input.TenantId !== undefined) {
    throw invalidParameterValue(
      'TenantId is for functions with tenant isolation only; this function has none.',
    );
  }
}

/** The event; throws 400 for what is none. The wire layer has refused what is too large. */
function checkedPayload(payload: Uint8Array | undefined): Uint8Array {
  if (payload === undefined || payload.byteLength === 0) return EMPTY_EVENT;
  if (!isJsonText(payload)) throw unreadable(payload);
  return payload;
}

function unreadable(payload: Uint8Array): Error {
  const problem = findJsonProblem(payload);
  const where = `line: ${problem?.line ?? 1}, column: ${problem?.column ?? 1}`;
  return invalidRequestContent(
    `Could not parse request body into json: Could not parse payload into json: ${problem?.message ?? ''}\n` +
      ` at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); ${where}]`,
  );
}

function decodeClientContext(encoded: string): string {
  const decoded = Buffer.from(encoded, 'base64');
  if (!isJsonText(decoded) || decoded.toString().trimStart()[0] !== '{') {
    throw invalidRequestContent('Client context must be a valid Base64-encoded JSON object.');
  }
  return decoded.toString();
}

function header(context: RequestContext, name: string): string | undefined {
  const value = context.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
