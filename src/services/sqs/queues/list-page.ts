import { badValue, invalidParameterValue } from '../sqs-errors.ts';

const MOST_RESULTS = 1000;

/** Checks what a caller asks a list for. Throws InvalidParameterValue. */
export function pageOf(input: {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}): {
  readonly limit: number;
  readonly after: string | undefined;
} {
  const limit = input.MaxResults ?? MOST_RESULTS;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RESULTS)
    throw badValue(limit, 'MaxResults', `Must be between 1 and ${MOST_RESULTS}, if provided.`);
  return { limit, after: input.NextToken === undefined ? undefined : nameIn(input.NextToken) };
}

/** Names the last queue of a page. */
export function pageToken(name: string): string {
  return Buffer.from(`after:${name}`).toString('base64');
}

function nameIn(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  const isOurs = Buffer.from(text).toString('base64') === token && /^after:[A-Za-z0-9_.-]+$/.test(text);
  if (!isOurs) throw invalidParameterValue('Invalid or expired next token.');
  return text.slice('after:'.length);
}
