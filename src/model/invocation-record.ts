import type { AsyncEvent, EventCondition } from './async-event.ts';
import { isJsonText } from './json-text.ts';
import { functionArn } from './stored-function.ts';

/** What the function answered at the last attempt. */
export interface RecordedResponse {
  /** `$LATEST` or a number. */
  readonly executedVersion: string;
  readonly functionError?: 'Unhandled' | undefined;
  readonly payload: Uint8Array;
}

/**
 * The JSON text a destination gets about an event that is done with. Event and response go in as the texts they
 * are: reading and writing them again would change numbers and the order of members.
 * @param response undefined when the function did not run
 */
export function invocationRecord(
  event: Pick<AsyncEvent, 'accountId' | 'region' | 'name' | 'qualifier' | 'requestId' | 'payload'>,
  end: { readonly condition: EventCondition; readonly attempts: number },
  response: RecordedResponse | undefined,
  nowMs: number,
): string {
  const arn = functionArn(event.accountId, event.region, event.name);
  const request = JSON.stringify({
    requestId: event.requestId,
    functionArn: `${arn}:${event.qualifier ?? '$LATEST'}`,
    condition: end.condition,
    approximateInvokeCount: end.attempts,
  });
  const head = `{"version":"1.0","timestamp":"${new Date(nowMs).toISOString()}","requestContext":${request},"requestPayload":${event.payload}`;
  if (response === undefined) return `${head}}`;
  const { executedVersion, functionError } = response;
  const context = JSON.stringify({
    statusCode: 200,
    executedVersion,
    ...(functionError === undefined ? {} : { functionError }),
  });
  return `${head},"responseContext":${context},"responsePayload":${jsonOf(response.payload)}}`;
}

/** A custom runtime may answer with anything: what is no JSON becomes a string. */
function jsonOf(payload: Uint8Array): string {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  return isJsonText(payload) ? text : JSON.stringify(text);
}
