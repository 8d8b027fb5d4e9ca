import { createHash, type Hash, hash, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../model/service-error.ts';
import type { ChunkSignatures, Trailers } from './aws-chunked.ts';
import type { ChunkSeed } from './sigv4.ts';
import { EMPTY_SHA256 } from './sigv4-body.ts';
import { mismatch } from './sigv4-failure.ts';
import { signingKey } from './sigv4-key.ts';

const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

/** The chain of signatures of an aws-chunked body: each covers its chunk and the signature before it. */
export class SignedChunks implements ChunkSignatures {
  readonly #key: ReturnType<typeof signingKey>;
  readonly #scope: string;
  readonly #signsTrailers: boolean;
  #previous: string;
  #claimed: string | undefined;
  #hash: Hash = createHash('sha256');

  constructor({ credential, timestamp, signature }: ChunkSeed, secret: string, signsTrailers: boolean) {
    const { date, region, service } = credential;
    this.#key = signingKey(credential, secret);
    this.#scope = `${timestamp}\n${date}/${region}/${service}/aws4_request`;
    this.#signsTrailers = signsTrailers;
    this.#previous = signature;
  }

  begin(signature: string | undefined): void {
    this.#claimed = signature;
    this.#hash = createHash('sha256');
  }

  data(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  end(): void {
    this.#check('PAYLOAD', `${EMPTY_SHA256}\n${this.#hash.digest('hex')}`, this.#claimed);
  }

  trailers(trailers: Trailers): void {
    if (!this.#signsTrailers) return;
    const lines = Object.entries(trailers)
      .filter(([name]) => name !== TRAILER_SIGNATURE)
      .map(([name, value]) => `${name}:${value}\n`);
    this.#check('TRAILER', hash('sha256', lines.join(''), 'hex'), trailers[TRAILER_SIGNATURE]);
  }

  #check(kind: string, content: string, claimed: string | undefined): void {
    const text = `AWS4-HMAC-SHA256-${kind}\n${this.#scope}\n${this.#previous}\n${content}`;
    const computed = Buffer.from(this.#key.hex(text), 'hex');
    const given = Buffer.from(claimed ?? '', 'hex');
    if (given.length !== computed.length || !timingSafeEqual(given, computed)) {
      const { code, message, status } = mismatch('s3');
      throw new ServiceError(code, message, status);
    }
    this.#previous = computed.toString('hex');
  }
}
