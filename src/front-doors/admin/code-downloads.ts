import { createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../model/clock.ts';
import type { BlobStore } from '../../store/blob-store.ts';

export const CODE_PATH = '/_lambent/code/';

/** AWS's pre-signed code locations are good for ten minutes. */
const VALID_MS = 600_000;

/** Hands out and serves `Code.Location`: links to deployment packages that expire and cannot be made up. */
export class CodeDownloads {
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #key: Uint8Array;

  /** @param platformsKey the same for all platforms on one store: each serves what another one has handed out */
  constructor(blobs: BlobStore, clock: Clock, platformsKey: Uint8Array) {
    this.#blobs = blobs;
    this.#clock = clock;
    this.#key = createHmac('sha256', platformsKey).update('code locations').digest();
  }

  /** @param origin e.g. `http://localhost:4566` */
  location(origin: string, sha256: string): string {
    const expires = String(this.#clock.now() + VALID_MS);
    return `${origin}${CODE_PATH}${sha256}?Expires=${expires}&Signature=${this.#sign(sha256, expires)}`;
  }

  async serve(method: 'GET' | 'HEAD', url: URL, response: ServerResponse): Promise<void> {
    const sha256 = url.pathname.slice(CODE_PATH.length);
    const expires = url.searchParams.get('Expires') ?? '';
    const signature = Buffer.from(url.searchParams.get('Signature') ?? '');
    const wanted = Buffer.from(this.#sign(sha256, expires));
    const genuine = signature.length === wanted.length && timingSafeEqual(signature, wanted);
    if (!genuine || Number(expires) < this.#clock.now()) {
      response
        .writeHead(403, { 'content-type': 'text/plain' })
        .end('This location has expired. Get the function or layer version again.\n');
      return;
    }
    let path: string;
    try {
      path = this.#blobs.path(sha256);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('This code no longer exists.\n');
      return;
    }
    const { size } = await stat(path);
    response.writeHead(200, { 'content-type': 'application/zip', 'content-length': size });
    if (method === 'HEAD') return void response.end();
    await pipeline(createReadStream(path), response);
  }

  #sign(sha256: string, expires: string): string {
    return createHmac('sha256', this.#key).update(`${sha256}\n${expires}`).digest('hex');
  }
}
