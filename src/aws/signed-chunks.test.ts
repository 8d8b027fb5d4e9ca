import { describe, expect, test } from 'vitest';
import { decodeAwsChunked } from './aws-chunked.ts';
import { SignedChunks } from './signed-chunks.ts';

/** The example of S3's own documentation: 66,560 times the letter a, in chunks of 64 KiB. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const SEED = {
  credential: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', date: '20130524', region: 'us-east-1', service: 's3' },
  timestamp: '20130524T000000Z',
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const FIRST = 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648';
const SECOND = '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497';
const LAST = 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9';

const body = (first = FIRST, second = SECOND, last = LAST, letter = 'a'): Buffer =>
  Buffer.from(
    `10000;chunk-signature=${first}\r\n${'a'.repeat(65_536)}\r\n` +
      `400;chunk-signature=${second}\r\n${letter.repeat(1024)}\r\n` +
      `0;chunk-signature=${last}\r\n\r\n`,
  );

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function decode(bytes: Uint8Array, pieceSize: number, signsTrailers = false): Promise<number> {
  const chunks = new SignedChunks(SEED, SECRET, signsTrailers);
  let size = 0;
  for await (const data of decodeAwsChunked(
    cut(bytes, pieceSize),
    () => undefined,
    () => chunks,
  ))
    size += data.length;
  return size;
}

describe('the documented example', () => {
  test.each([1000, 65_536, 100_000])('in pieces of %i bytes', async (size) => {
    expect(await decode(body(), size)).toBe(66_560);
  });
});

describe('what is not as it was signed', () => {
  const other = '0'.repeat(64);
  test.each([
    ['the first chunk’s signature', body(other)],
    ['the second’s', body(FIRST, other)],
    ['the last’s, so that nothing can be cut off', body(FIRST, SECOND, other)],
    ['content', body(FIRST, SECOND, LAST, 'b')],
    ['a chunk without a signature', Buffer.from('1\r\na\r\n0\r\n\r\n')],
  ])('%s', async (_, bytes) => {
    await expect(decode(bytes, 4096)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 });
  });

  test('trailers without a signature, where they have to have one', async () => {
    await expect(decode(body(), 4096, true)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});
