import type { ServiceError } from '../../model/service-error.ts';
import type { UrlResponse } from './function-response.ts';

const FORBIDDEN =
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';

/** Throttling shows as it is; a function that cannot be run for another reason is nobody's business outside. */
export function refused(error: ServiceError): UrlResponse {
  if (error.status === 404) return forbidden();
  if (error.status !== 429) return badGateway();
  const { retryAfterSeconds, ...members } = error.members;
  const throttled = failed(429, error.code, error.message, members);
  if (typeof retryAfterSeconds !== 'string') return throttled;
  return { ...throttled, headers: [...throttled.headers, ['retry-after', retryAfterSeconds]] };
}

/** Of everything that is wrong with a function nothing is told outside. */
export function badGateway(): UrlResponse {
  return {
    status: 502,
    headers: [['content-type', 'text/plain']],
    body: Buffer.from('Internal Server Error'),
  };
}

export function forbidden(): UrlResponse {
  return json(403, 'AccessDeniedException', { Message: FORBIDDEN });
}

/** In AWS's own words: there is no such URL. */
export function unknownUrl(): UrlResponse {
  return json(403, 'AccessDeniedException', { Message: null });
}

export function tooLarge(mostBytes: number): UrlResponse {
  return failed(413, 'RequestTooLargeException', `Request must be smaller than ${mostBytes} bytes`);
}

/** The last answer on its connection: who has asked for another protocol sends nothing that could be read as HTTP. */
export function noUpgrade(): UrlResponse {
  const answer = failed(400, 'BadRequestException', 'Function URLs take no protocol upgrades.');
  return { ...answer, headers: [...answer.headers, ['connection', 'close']] };
}

export function failed(
  status: number,
  code: string,
  message: string,
  members: Readonly<Record<string, unknown>> = {},
): UrlResponse {
  return json(status, code, { ...members, message });
}

function json(status: number, code: string, body: object): UrlResponse {
  const headers = [['content-type', 'application/json'] as const, ['x-amzn-errortype', code] as const];
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}
