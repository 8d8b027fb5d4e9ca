import { findJsonProblem } from '../../../model/json-problem.ts';
import { isJsonText } from '../../../model/json-text.ts';
import { invalidRequestContent } from '../../../model/lambda-errors.ts';

/** What a function gets that is invoked with nothing. */
const EMPTY_EVENT: Uint8Array = Buffer.from('{}');

/** The event; throws 400 for what is none. Its size has been checked before. */
export function checkedPayload(payload: Uint8Array | undefined): Uint8Array {
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
