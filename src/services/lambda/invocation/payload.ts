import { sourceAt } from '../../../model/json-parser-words.ts';
import { findJsonProblem } from '../../../model/json-problem.ts';
import { isJsonText } from '../../../model/json-text.ts';
import { eventTooLarge, invalidRequestContent } from '../../../model/lambda-errors.ts';
import { ASYNC_PAYLOAD_LIMIT_BYTES } from '../../../model/limits.ts';

/** What a function gets that is invoked with nothing. */
const EMPTY_EVENT: Uint8Array = Buffer.from('{}');

/** The event; throws 400 for what is none. Its size has been checked before. */
export function checkedPayload(payload: Uint8Array | undefined): Uint8Array {
  if (payload === undefined || payload.byteLength === 0) return EMPTY_EVENT;
  if (!isJsonText(payload)) throw unreadable(payload);
  return payload;
}

/** Throws 413 for what is too large to be queued, though a caller who waits could send it. */
export function checkEventSize(payload: Uint8Array | undefined): void {
  const bytes = payload?.byteLength ?? 0;
  if (bytes <= ASYNC_PAYLOAD_LIMIT_BYTES) return;
  throw eventTooLarge(bytes, ASYNC_PAYLOAD_LIMIT_BYTES);
}

function unreadable(payload: Uint8Array): Error {
  const { message, ...place } = findJsonProblem(payload) ?? { message: '', line: 1, column: 1 };
  return invalidRequestContent(
    `Could not parse request body into json: Could not parse payload into json: ${message}\n at ${sourceAt(place)}`,
  );
}
