import { compactJson } from '../../model/compact-json.ts';
import { isHeaderText } from '../../model/header-text.ts';

/** An HTTP answer, as a function URL gives it. */
export interface UrlResponse {
  readonly status: number;
  /** A name may come several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whole, or as it comes. */
  readonly body: Buffer | AsyncIterable<Uint8Array>;
}

const JSON_TYPE = 'application/json';
/** What the door says itself, or keeps from browsers, arrives under another name, as it does on AWS. */
const REMAPPED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'server',
  'www-authenticate',
]);
const REMAPPED_PREFIX = 'x-amzn-Remapped-';
/** Said of the message by whoever sends it. */
const NOT_THE_FUNCTIONS: ReadonlySet<string> = new Set([
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const STATUS = /^\d+$/;

/**
 * What a function's result says in HTTP. An object with a `statusCode` describes the whole response; any other JSON, and
 * one whose `statusCode` is null, is a body of its own, with status 200.
 * @returns undefined when that cannot be sent, which is a 502
 */
export function functionResponse(payload: Uint8Array): UrlResponse | undefined {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (isObject(result) && (result['statusCode'] ?? null) !== null) return described(result);
  // A string goes out without its quotes.
  const body = Buffer.from(typeof result === 'string' ? result : compactJson(text));
  return { status: 200, headers: [['content-type', JSON_TYPE]], body };
}

function described(result: Readonly<Record<string, unknown>>): UrlResponse | undefined {
  const head = responseHead(result, JSON_TYPE);
  const body = bodyOf(result['body'], result['isBase64Encoded'] === true);
  return head === undefined || body === undefined ? undefined : { ...head, body };
}

/**
 * Status, headers and cookies as a function describes them.
 * @param contentType when it names none
 * @returns undefined when they cannot be sent
 */
export function responseHead(
  description: Readonly<Record<string, unknown>>,
  contentType: string,
): Omit<UrlResponse, 'body'> | undefined {
  const status = statusOf(description['statusCode'] ?? 200);
  const fields = headerFields(description['headers']);
  const cookies = cookieFields(description['cookies']);
  if (status === undefined || fields === undefined || cookies === undefined) return undefined;
  const hasType = fields.some(([name]) => name.toLowerCase() === 'content-type');
  const type: [string, string][] = hasType ? [] : [['content-type', contentType]];
  return { status, headers: [...fields, ...type, ...cookies] };
}

/** A number, or one in digits. */
function statusOf(given: unknown): number | undefined {
  if (typeof given !== 'number' && !(typeof given === 'string' && STATUS.test(given))) return undefined;
  const status = Number(given);
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

function headerFields(given: unknown): [string, string][] | undefined {
  if (given === undefined || given === null) return [];
  if (!isObject(given)) return undefined;
  // Names that differ in case only are one name, of which the last says what it is.
  const fields = new Map<string, [string, string]>();
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (value === null || NOT_THE_FUNCTIONS.has(key)) continue;
    const text = textOf(value);
    if (text === undefined || !TOKEN.test(name) || !isHeaderText(text)) return undefined;
    fields.set(key, [REMAPPED.has(key) ? `${REMAPPED_PREFIX}${name}` : name, text]);
  }
  return [...fields.values()];
}

function cookieFields(given: unknown): [string, string][] | undefined {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return undefined;
  const isFit = given.every((cookie) => typeof cookie === 'string' && isHeaderText(cookie));
  return isFit ? given.map((cookie) => ['set-cookie', String(cookie)]) : undefined;
}

function bodyOf(given: unknown, isBase64: boolean): Buffer | undefined {
  if (given === undefined || given === null) return Buffer.alloc(0);
  const text = textOf(given);
  if (text === undefined || !isBase64) return text === undefined ? undefined : Buffer.from(text);
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** Of a string, a number or a boolean; undefined of what has parts. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
