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

/** AWS's own domain of function URLs, without the Region. */
export const FUNCTION_URL_DOMAIN = 'on.aws';

/** @param domain behind `lambda-url.<region>`, a port included where there is one */
export function functionUrl(
  { urlId, region }: Pick<StoredFunctionUrl, 'urlId' | 'region'>,
  domain: string = FUNCTION_URL_DOMAIN,
): string {
  return `https://${urlId}.lambda-url.${region}.${domain}/`;
}

/** ARN of the function or alias that the URL calls. */
export function functionUrlTargetArn(url: StoredFunctionUrl): string {
  const arn = functionArn(url.accountId, url.region, url.functionName);
  return url.alias === undefined ? arn : `${arn}:${url.alias}`;
}
