import type { InvocationRequest } from '@aws-sdk/client-lambda';
import type { RequestContext } from '../../../aws/service.ts';
import { isJsonText } from '../../../model/json-text.ts';
import { invalidParameterValue, invalidRequestContent } from '../../../model/lambda-errors.ts';

/** Throws 400 for what belongs to kinds of functions that there are none of. */
export function refuseWhatIsNotThere(input: Pick<InvocationRequest, 'DurableExecutionName'>): void {
  if (input.DurableExecutionName !== undefined) {
    throw invalidParameterValue(
      'DurableExecutionName is for durable functions only; this function is not one.',
    );
  }
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Throws 400 for a caller's own request id that is none. A good one changes nothing: each request has its own. */
export function checkRequestId(context: Pick<RequestContext, 'header'>): void {
  const given = context.header('x-amzn-requestid');
  if (given !== undefined && !UUID.test(given))
    throw invalidRequestContent('The x-amzn-RequestId header must be a valid UUID.');
}

/** In base64, as it is sent. */
const LARGEST_CLIENT_CONTEXT_BYTES = 3583;

/** Its JSON text. Throws 400 when it is none, or too long. */
export function decodeClientContext(encoded: string): string {
  if (encoded.length > LARGEST_CLIENT_CONTEXT_BYTES) {
    throw invalidRequestContent(
      `Client context must not be longer than ${LARGEST_CLIENT_CONTEXT_BYTES} bytes in Base64.`,
    );
  }
  const decoded = Buffer.from(encoded, 'base64');
  if (!isJsonText(decoded) || decoded.toString().trimStart()[0] !== '{') {
    throw invalidRequestContent('Client context must be a valid Base64-encoded JSON object.');
  }
  return decoded.toString();
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
