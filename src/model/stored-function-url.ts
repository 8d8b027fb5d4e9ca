import { functionArn } from './stored-function.ts';

/** Everything stored for the URL of a function or of one of its aliases. Plain JSON. */
export interface StoredFunctionUrl {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  /** Name of an alias; absent for the URL of `$LATEST`. */
  readonly alias?: string;
  /** 32 lower-case letters and digits: the first label of the host name. */
  readonly urlId: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  /** As it was given; absent when none was. */
  readonly cors?: StoredCors;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
  readonly lastModifiedMs: number;
}

/** Under the API's own names: it is shown as it was given. */
export interface StoredCors {
  readonly AllowCredentials?: boolean | undefined;
  readonly AllowHeaders?: string[] | undefined;
  readonly AllowMethods?: string[] | undefined;
  readonly AllowOrigins?: string[] | undefined;
  readonly ExposeHeaders?: string[] | undefined;
  /** Seconds. */
  readonly MaxAge?: number | undefined;
}

/** First label behind the id in a URL's host name, and first segment of the path form. */
export const FUNCTION_URL_LABEL = 'lambda-url';
/** Where a URL is answered for clients that cannot look up the host name. */
export const FUNCTION_URL_PATH = `/_aws/${FUNCTION_URL_LABEL}/`;

const LOOPBACK = new Set(['127.0.0.1', '[::1]']);
const IP_ADDRESS = /^(?:\d+(?:\.\d+){3}|\[.*\])$/;

/**
 * The URL as it is given out: of AWS's form, on the host by which the caller reached this endpoint. Names under an IP
 * address lead nowhere: there the id stands in the path.
 * @param origin e.g. `http://localhost:4566`
 */
export function functionUrl(
  { urlId, region }: Pick<StoredFunctionUrl, 'urlId' | 'region'>,
  origin: string,
): string {
  const { protocol, hostname, host, port } = new URL(origin);
  if (IP_ADDRESS.test(hostname) && !LOOPBACK.has(hostname)) return `${origin}${FUNCTION_URL_PATH}${urlId}/`;
  const domain = LOOPBACK.has(hostname) ? `localhost${port === '' ? '' : `:${port}`}` : host;
  return `${protocol}//${urlId}.${FUNCTION_URL_LABEL}.${region}.${domain}/`;
}

/** ARN of the function or alias that the URL calls. */
export function functionUrlTargetArn(url: StoredFunctionUrl): string {
  const arn = functionArn(url.accountId, url.region, url.functionName);
  return url.alias === undefined ? arn : `${arn}:${url.alias}`;
}
