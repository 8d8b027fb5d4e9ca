import type { SignedHeaders } from './sigv4-headers.ts';

/** Only characters that percent-encoding leaves alone: nearly every path and query value. */
const UNRESERVED_ONLY = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/;
const PERCENT = 0x25;

/** What each byte becomes when percent-encoded. */
const ENCODED = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const hex = byte.toString(16).toUpperCase().padStart(2, '0');
  return UNRESERVED_ONLY.test(character) ? character : `%${hex}`;
});

function percentEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += ENCODED[byte];
  return text;
}

/** Percent-decodes to bytes. A `%` that does not start an escape stays as it is. */
function percentDecode(text: string): Buffer {
  const bytes = Buffer.from(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const escaped = bytes[at] === PERCENT ? hexByte(bytes, at + 1) : undefined;
    bytes[length] = escaped ?? bytes[at] ?? 0;
    length += 1;
    if (escaped !== undefined) at += 2;
  }
  return bytes.subarray(0, length);
}

function hexByte(bytes: Uint8Array, at: number): number | undefined {
  const high = hexDigit(bytes[at]);
  const low = hexDigit(bytes[at + 1]);
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

function hexDigit(code: number | undefined): number | undefined {
  if (code === undefined) return undefined;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}

/** Brings any spelling of an encoded text to the one canonical spelling. */
function recode(text: string): string {
  return UNRESERVED_ONLY.test(text) ? text : percentEncode(percentDecode(text));
}

/** S3 signs the path encoded once, nothing folded: `//` and `..` are parts of a key. */
export function canonicalS3Path(rawPath: string): string {
  if (UNRESERVED_PATH.test(rawPath)) return rawPath || '/';
  return rawPath.split('/').map(recode).join('/');
}

/** Everyone else folds `//`, `.` and `..`, and encodes the path, already encoded as sent, once more. */
export function canonicalPath(rawPath: string): string {
  const path = rawPath.includes('//') || rawPath.includes('/.') ? foldedPath(rawPath) : rawPath || '/';
  if (UNRESERVED_PATH.test(path)) return path;
  return path
    .split('/')
    .map((segment) => percentEncode(Buffer.from(segment)))
    .join('/');
}

function foldedPath(rawPath: string): string {
  const segments: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  if (segments.length === 0) return '/';
  return `/${segments.join('/')}${rawPath.endsWith('/') ? '/' : ''}`;
}

/** The query sorted by encoded name, then value. `X-Amz-Signature` is left out: it cannot sign itself. */
export function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return '';
  const pairs: [string, string][] = [];
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = recodeForm(equals < 0 ? part : part.slice(0, equals));
    if (name === 'X-Amz-Signature') continue;
    pairs.push([name, equals < 0 ? '' : recodeForm(part.slice(equals + 1))]);
  }
  return pairs
    .sort(byNameThenValue)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function recodeForm(text: string): string {
  return recode(text.includes('+') ? text.replaceAll('+', '%20') : text);
}

function byNameThenValue(left: [string, string], right: [string, string]): number {
  return compare(left[0], right[0]) || compare(left[1], right[1]);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** One line `name:value` for each signed header, in the order of the list. */
export function canonicalHeaders(names: readonly string[], headers: SignedHeaders): string {
  let text = '';
  for (const name of names) text += `${name}:${headers.header(name) ?? ''}\n`;
  if (!MAY_NEED_FOLDING.test(text)) return text;
  text = '';
  for (const name of names) text += `${name}:${folded(headers.header(name) ?? '')}\n`;
  return text;
}

const MAY_NEED_FOLDING = /: | {2}|\t| \n/;

function folded(value: string): string {
  // Only blanks are folded: trim() would also take a no-break space, which signers keep.
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
}
