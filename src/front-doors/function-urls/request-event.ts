import { isUtf8 } from 'node:buffer';
import type { CallerIdentity } from '../../model/identity/caller-identity.ts';

/** A request to a function URL, read whole. */
export interface UrlRequest {
  readonly urlId: string;
  readonly accountId: string;
  readonly method: string;
  /** As sent, percent-encoded. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  /** By which the URL was reached, as sent. */
  readonly host: string;
  /** e.g. `HTTP/1.1` */
  readonly protocol: string;
  /** Undefined where the connection is in the clear. */
  readonly tls: UrlTls | undefined;
  /** Of the connection: the caller's address, and the port it reached. */
  readonly sourceIp: string;
  readonly port: number;
  readonly requestId: string;
  readonly traceHeader: string;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly caller: UrlCaller | undefined;
  readonly body: Buffer;
}

/** What a connection was encrypted with, e.g. `TLSv1.3` and `TLS_AES_256_GCM_SHA384`. */
export interface UrlTls {
  readonly version: string;
  readonly cipherSuite: string;
}

/** Who signed the request. */
export interface UrlCaller {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly arn: string;
  readonly identity: CallerIdentity;
}

/** Between client and door only, or the door's to say. Cookies have a member of their own. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'connection',
  'cookie',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-tls-cipher-suite',
  'x-amzn-tls-version',
]);

const TEXT = /^(?:text\/|application\/(?:json|javascript|xml|[\w.-]+\+(?:json|xml))\s*(?:;|$))/i;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The event of a request, in payload format 2.0. What there is nothing to say of is left out. */
export function requestEvent(request: UrlRequest): object {
  const { method, path, query, body } = request;
  const sent = headersOf(request.rawHeaders);
  const headers = eventHeaders(sent, request);
  const domainName = withoutPort(request.host);
  const cookies = sent
    .get('cookie')
    ?.flatMap((line) => line.split(';'))
    .map((each) => each.trim());
  const isBase64Encoded = body.length > 0 && !(isText(headers) && isUtf8(body));
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookies !== undefined && { cookies: cookies.filter((cookie) => cookie !== '') }),
    headers,
    ...(query !== '' && { queryStringParameters: parametersOf(query) }),
    requestContext: {
      accountId: request.caller === undefined ? 'anonymous' : request.accountId,
      apiId: request.urlId,
      ...(request.caller !== undefined && { authorizer: { iam: identity(request.caller) } }),
      domainName,
      domainPrefix: request.urlId,
      http: {
        method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: '$default',
      stage: '$default',
      time: clfTime(request.timeMs),
      timeEpoch: request.timeMs,
    },
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon < 0 || host.endsWith(']') ? host : host.slice(0, colon);
}

/** By name in lower case, the values in the order they came. */
function headersOf(raw: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    if (name.startsWith(':')) continue;
    const values = headers.get(name);
    const value = raw[at + 1] ?? '';
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return headers;
}

function eventHeaders(sent: ReadonlyMap<string, string[]>, request: UrlRequest): Record<string, string> {
  const { tls } = request;
  const forwardedFor = [...(sent.get('x-forwarded-for') ?? []), request.sourceIp];
  const passed = [...sent].filter(([name]) => !NOT_PASSED_ON.has(name));
  return {
    ...Object.fromEntries(passed.map(([name, values]) => [name, values.join(',')])),
    host: request.host,
    ...(tls !== undefined && {
      'x-amzn-tls-cipher-suite': tls.cipherSuite,
      'x-amzn-tls-version': tls.version,
    }),
    'x-amzn-trace-id': request.traceHeader,
    'x-forwarded-for': forwardedFor.join(', '),
    'x-forwarded-port': String(request.port),
    'x-forwarded-proto': tls === undefined ? 'http' : 'https',
  };
}

/** Compressed text is binary, and so is what does not say that it is text; the event has Unicode only. */
function isText(headers: Readonly<Record<string, string>>): boolean {
  return headers['content-encoding'] === undefined && TEXT.test(headers['content-type'] ?? '');
}

function parametersOf(query: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

function identity({ accessKeyId, accountId, arn, identity: { principal } }: UrlCaller): object {
  const userId = principal.userId ?? accountId;
  return {
    accessKey: accessKeyId,
    accountId,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: arn,
    userId,
  };
}

/** The time as web servers log it: `21/Nov/2026:08:00:00 +0000`. */
function clfTime(timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
