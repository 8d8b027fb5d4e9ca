import { ApiError } from './cli-error.ts';
import type { ApiAnswer } from './send.ts';

const signHint = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that Lambent was started with';
const hints: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'lambent functions lists what is there',
  InvalidSignatureException: signHint,
  UnrecognizedClientException: signHint,
};

/** Reads an error answer: REST-JSON names the code in a header, JSON 1.1 in the body's `__type`. */
export function apiErrorFrom({ status, headers, body }: ApiAnswer): ApiError {
  const members = parseMembers(body.toString());
  const named = headers['x-amzn-errortype'];
  const type = (typeof named === 'string' ? named : members['__type']) ?? `HTTP ${status}`;
  // The code may come as `namespace#Code` or `Code:http://...`.
  const code = type.split('#').at(-1)?.split(':')[0] ?? type;
  const message = members['Message'] ?? members['message'] ?? 'the answer gives no reason';
  return new ApiError(status, code, message, hints[code]);
}

/** The members of a JSON object that are text. */
function parseMembers(text: string): Readonly<Record<string, string | undefined>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, member]) => typeof member === 'string'));
  } catch {
    return {};
  }
}
