import type { StatusReason } from '../../model/stored-function.ts';
import type { FunctionFailure } from '../function-failure.ts';

/** No request is behind it. */
const REQUEST_ID_TEXT = /^RequestId: \S* Error: /;

/** Why a version that could not be initialised is Failed. */
export function failureReason(failure: FunctionFailure): StatusReason {
  return { message: `Function initialization failed: ${textOf(failure)}`, code: 'FunctionError' };
}

function textOf({ errorType, payload }: FunctionFailure): string {
  const text = Buffer.from(payload('-')).toString();
  try {
    const error = JSON.parse(text) as { errorType?: unknown; errorMessage?: unknown } | null;
    const shownType = typeof error?.errorType === 'string' ? error.errorType : errorType;
    if (typeof error?.errorMessage !== 'string') return shownType;
    return `${shownType}: ${error.errorMessage.replace(REQUEST_ID_TEXT, '')}`;
  } catch {
    // A runtime may send what it likes.
    return errorType;
  }
}
