import type { HeadForm } from './fast-lane-form.ts';
import type { FormedHeaders } from './fast-lane-formed-headers.ts';
import type { HmacKey } from './hmac-key.ts';
import { sha256 } from './sigv4-body.ts';
import { canonicalHeaders, canonicalPath, canonicalQuery } from './sigv4-canonical.ts';
import { readClaim, type ReadClaim } from './sigv4-claim.ts';
import { signatureClaim } from './sigv4-credential.ts';
import { isS3 } from './sigv4-failure.ts';
import { signingKey } from './sigv4-key.ts';
import { checkSkew, parseSigningTime } from './sigv4-time.ts';
import { hash } from 'node:crypto';

const SPACE = 0x20;
const TAB = 0x09;
const HASH_LENGTH = 64;
/** Every canonical request is put together here, all of it each time. */
const scratch = Buffer.allocUnsafeSlow(8192);

/**
 * Verifies the signatures of requests that have a form in common, in half the time: what they sign alike is made canonical once.
 * It remembers no verdict, and never refuses: what it does not find to be right is for `verifySignature` to look at.
 */
export class FormSignature {
  readonly #claim: ReadClaim;
  /** Of the canonical request, what stays. */
  readonly #fixed: Buffer;
  /** Where its pieces end; behind each but the last comes one of the values that vary. */
  readonly #ends: readonly number[];
  readonly #varying: readonly number[];
  /** What all the strings to sign end with but for the hash. */
  readonly #scope: string;
  readonly #payload: string | number | undefined;
  readonly #signature: number;
  #secret: string | undefined;
  #key: HmacKey | undefined;

  private constructor(
    form: HeadForm,
    claim: ReadClaim,
    signature: number,
    pieces: readonly string[],
    varying: readonly number[],
  ) {
    const { date, region, service } = claim.credential;
    this.#claim = claim;
    this.#fixed = Buffer.from(pieces.join(''), 'latin1');
    let end = 0;
    this.#ends = pieces.map((piece) => (end += piece.length));
    this.#varying = varying;
    this.#scope = `\n${date}/${region}/${service}/aws4_request\n`;
    this.#payload = form.headers.get('x-amz-content-sha256');
    this.#signature = signature;
  }

  /** @param headers of a request that was verified; undefined when its form leaves too much open */
  static of(headers: FormedHeaders): FormSignature | undefined {
    const { form } = headers;
    const mark = form.url.indexOf('?');
    const [path, query] = mark < 0 ? [form.url, ''] : [form.url.slice(0, mark), form.url.slice(mark + 1)];
    const signature = form.headers.get('authorization');
    const source = {
      headers: { header: (name: string) => headers.get(name), amzNameBeside: () => undefined },
      query,
    };
    const claim = readClaim(signatureClaim(headers.get('authorization'), query), source);
    if (typeof signature !== 'number' || 'ok' in claim || claim.presigned) return undefined;
    const { credential, signedHeaders, signedNames } = claim;
    if (isS3(credential.service) || credential.date.length !== 8 || !form.headers.has('x-amz-date'))
      return undefined;
    const pieces: string[] = [];
    const varying: number[] = [];
    let piece = `POST\n${canonicalPath(path)}\n${canonicalQuery(query)}\n`;
    for (const name of signedHeaders) {
      const known = form.headers.get(name);
      if (known === signature) return undefined;
      if (typeof known === 'number') {
        pieces.push(`${piece}${name}:`);
        varying.push(known);
        piece = '\n';
      } else {
        piece += canonicalHeaders([name], source.headers);
      }
    }
    pieces.push(`${piece}\n${signedNames}\n`);
    return new FormSignature(form, claim, signature, pieces, varying);
  }

  /** Whether a request is signed with this secret, and lately. False does not say that it isn't. */
  isGood(headers: FormedHeaders, body: Uint8Array, secret: string, nowMs: number): boolean {
    const { credential } = this.#claim;
    const time = headers.get('x-amz-date') ?? '';
    const signedAtMs = time.startsWith(credential.date) ? parseSigningTime(time) : undefined;
    if (signedAtMs === undefined || checkSkew(credential.service, signedAtMs, nowMs) !== undefined)
      return false;
    const payloadHash = sha256(body);
    const end = this.#isDeclared(headers, payloadHash) ? this.#writeCanonical(headers, payloadHash) : -1;
    if (end < 0) return false;
    const canonicalHash = hash('sha256', scratch.subarray(0, end), 'hex');
    const computed = this.#keyOf(secret).hex(`AWS4-HMAC-SHA256\n${time}${this.#scope}${canonicalHash}`);
    return standsAt(computed, headers.bytes, headers.spans[2 * this.#signature] ?? 0);
  }

  #isDeclared({ bytes, spans }: FormedHeaders, payloadHash: string): boolean {
    const declared = this.#payload;
    if (typeof declared !== 'number') return declared === undefined || declared === payloadHash;
    const start = spans[2 * declared] ?? 0;
    return spans[2 * declared + 1] === start + HASH_LENGTH && standsAt(payloadHash, bytes, start);
  }

  /** @returns its length; -1 when it has no room, or a value has blanks to fold */
  #writeCanonical({ bytes, spans }: FormedHeaders, payloadHash: string): number {
    const fixed = this.#fixed;
    let at = 0;
    let from = 0;
    for (let index = 0; index < this.#ends.length; index += 1) {
      const end = this.#ends[index] ?? 0;
      if (at + end - from + HASH_LENGTH > scratch.length) return -1;
      at += fixed.copy(scratch, at, from, end);
      from = end;
      const value = this.#varying[index];
      if (value === undefined) break;
      at = copyValue(bytes, spans[2 * value] ?? 0, spans[2 * value + 1] ?? 0, at);
      if (at < 0) return -1;
    }
    return at + scratch.write(payloadHash, at, 'latin1');
  }

  #keyOf(secret: string): HmacKey {
    if (this.#key !== undefined && this.#secret === secret) return this.#key;
    const key = signingKey(this.#claim.credential, secret);
    this.#secret = secret;
    this.#key = key;
    return key;
  }
}

/** @returns where it ends; -1 when it has no room, or has blanks to fold */
function copyValue(bytes: Buffer, start: number, end: number, to: number): number {
  if (to + end - start > scratch.length) return -1;
  let at = to;
  let last = 0;
  for (let from = start; from < end; from += 1, at += 1) {
    const byte = bytes[from] ?? 0;
    if (byte === TAB || (byte === SPACE && last === SPACE)) return -1;
    scratch[at] = byte;
    last = byte;
  }
  return at;
}

/** Takes as long whatever the bytes are: how much of a signature is right is nobody's business. */
function standsAt(text: string, bytes: Buffer, start: number): boolean {
  let difference = 0;
  for (let at = 0; at < text.length; at += 1) {
    difference |= text.charCodeAt(at) ^ (bytes[start + at] ?? 0);
  }
  return difference === 0;
}
