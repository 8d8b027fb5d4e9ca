import type {
  InvokeWithResponseStreamCompleteEvent,
  InvokeWithResponseStreamRequest,
  InvokeWithResponseStreamResponse,
  InvokeWithResponseStreamResponseEvent,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import type { InvokeAnswer } from '../../../invoke/function-invoker.ts';
import { ResponseChunks } from '../../../invoke/response-chunks.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { base64, checkRequestId, decodeClientContext } from './invocation-rules.ts';
import { checkedPayload } from './payload.ts';

/** Answers as soon as the function does, and passes its response on as it comes. */
export function invokeWithResponseStream(
  deps: LambdaDependencies,
): OperationHandler<InvokeWithResponseStreamRequest, InvokeWithResponseStreamResponse> {
  return async (input, context) => {
    const named = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    const reference = { ...named, tenantId: input.TenantId };
    checkRequestId(context);
    const payload = checkedPayload(input.Payload);
    if (input.InvocationType === 'DryRun') {
      await deps.invoker.check(reference);
      return { StatusCode: 204 };
    }
    const clientContext =
      input.ClientContext === undefined ? undefined : decodeClientContext(input.ClientContext);
    const chunks = new ResponseChunks();
    let ExecutedVersion = '';
    const answer = deps.invoker.invoke({
      ...reference,
      payload,
      requestId: context.requestId,
      traceId: context.header('x-amzn-trace-id'),
      clientContext,
      wantsLogTail: input.LogType === 'Tail',
      streaming: {
        sink: chunks,
        onVersion: (version, traceId) => {
          ExecutedVersion = version;
          context.setHeader('X-Amzn-Trace-Id', traceId);
        },
      },
    });
    const ended = answer.finally(() => chunks.end());
    context.signal.addEventListener('abort', () => chunks.discard(), { once: true });
    // What keeps the function from running is an error of the call; later ones end the stream.
    await Promise.race([chunks.begun, ended]);
    return { StatusCode: 200, ExecutedVersion, EventStream: events(chunks, ended) };
  };
}

async function* events(
  chunks: ResponseChunks,
  ended: Promise<InvokeAnswer>,
): AsyncGenerator<InvokeWithResponseStreamResponseEvent> {
  // Waited for at the end: until then a failure is nobody's.
  ended.catch(() => undefined);
  for await (const Payload of chunks) yield { PayloadChunk: { Payload } };
  const answer = await ended;
  if (answer.functionError === undefined && !chunks.hasBegun)
    yield { PayloadChunk: { Payload: answer.payload } };
  yield { InvokeComplete: complete(answer) };
}

function complete({
  functionError,
  streamError,
  payload,
  logTail,
}: InvokeAnswer): InvokeWithResponseStreamCompleteEvent {
  const hasDetails = functionError !== undefined && streamError?.hasDetails !== false;
  return {
    ...(functionError !== undefined && { ErrorCode: streamError?.errorType ?? functionError }),
    ...(hasDetails && { ErrorDetails: Buffer.from(payload).toString() }),
    ...(logTail !== undefined && { LogResult: base64(logTail) }),
  };
}
