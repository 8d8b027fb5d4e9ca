import type { InvokeAsyncRequest, InvokeAsyncResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { GrowingBytes } from '../../../model/growing-bytes.ts';
import { requestTooLarge } from '../../../model/lambda-errors.ts';
import { ASYNC_PAYLOAD_LIMIT_BYTES } from '../../../model/limits.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkedPayload } from './payload.ts';

/** The deprecated way to invoke with InvocationType Event. */
export function invokeAsync(
  deps: LambdaDependencies,
): OperationHandler<InvokeAsyncRequest, InvokeAsyncResponse> {
  return async (input, context) => {
    const { accountId, region, name, qualifier } = parseFunctionReference(
      input.FunctionName ?? '',
      undefined,
      context,
    );
    const payload = checkedPayload(await readAll(input.InvokeArgs as AsyncIterable<Uint8Array> | undefined));
    const traceId = context.headers['x-amzn-trace-id'];
    const traceHeader = await deps.events.accept({
      accountId,
      region,
      name,
      qualifier,
      payload,
      requestId: context.requestId,
      traceId: typeof traceId === 'string' ? traceId : undefined,
    });
    context.setHeader('X-Amzn-Trace-Id', traceHeader);
    return { Status: 202 };
  };
}

/** The model calls the body a stream, which the wire layer hands on without a limit. */
async function readAll(stream: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array> {
  const body = new GrowingBytes();
  for await (const chunk of stream ?? []) {
    if (body.length + chunk.length > ASYNC_PAYLOAD_LIMIT_BYTES)
      throw requestTooLarge(ASYNC_PAYLOAD_LIMIT_BYTES, 'InvokeAsync');
    body.add(chunk);
  }
  return body.bytes;
}
