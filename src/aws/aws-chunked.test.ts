import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsChunkedError, decodeAwsChunked, decodeAwsChunkedBuffer, type Trailers } from './aws-chunked.ts';

interface Encoding {
  readonly chunks: readonly Uint8Array[];
  readonly signed: boolean;
  readonly trailers: Trailers;
}

function encode({ chunks, signed, trailers }: Encoding): Buffer {
  const extension = signed ? `;chunk-signature=${'0a'.repeat(32)}` : '';
  const parts: (string | Uint8Array)[] = [];
  for (const chunk of chunks) {
    parts.push(`${chunk.byteLength.toString(16)}${extension}\r\n`, chunk, '\r\n');
  }
  parts.push(`0${extension}\r\n`);
  for (const [name, value] of Object.entries(trailers)) parts.push(`${name}:${value}\r\n`);
  parts.push('\r\n');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

const encodings: fc.Arbitrary<Encoding> = fc.record({
  chunks: fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 6 }),
  signed: fc.boolean(),
  trailers: fc.dictionary(
    fc.stringMatching(/^x-amz-[a-z0-9]{1,8}$/),
    fc.stringMatching(/^[A-Za-z0-9+/=]{1,20}$/),
    {
      noNullPrototype: true,
      maxKeys: 3,
    },
  ),
});

/** Cuts bytes at the given places. */
async function* cut(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const place of [...places.map((at) => at % (bytes.byteLength + 1)), bytes.byteLength].sort(
    (a, b) => a - b,
  )) {
    yield Uint8Array.from(bytes.subarray(start, place));
    start = place;
  }
}

async function decodeStream(
  source: AsyncIterable<Uint8Array>,
): Promise<{ body: Buffer; trailers: Trailers[] }> {
  const trailers: Trailers[] = [];
  const parts: Uint8Array[] = [];
  for await (const part of decodeAwsChunked(source, (seen) => trailers.push(seen))) parts.push(part);
  return { body: Buffer.concat(parts), trailers };
}

describe('aws-chunked', () => {
  test('a whole body comes back with its trailers', () => {
    fc.assert(
      fc.property(encodings, (encoding) => {
        const { body, trailers } = decodeAwsChunkedBuffer(encode(encoding));
        expect(Buffer.from(body)).toEqual(Buffer.concat(encoding.chunks));
        expect({ ...trailers }).toEqual({ ...encoding.trailers });
      }),
    );
  });

  test('a stream comes back however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(encodings, fc.array(fc.nat(5000), { maxLength: 20 }), async (encoding, places) => {
        const { body, trailers } = await decodeStream(cut(encode(encoding), places));
        expect(body).toEqual(Buffer.concat(encoding.chunks));
        expect(trailers.map((seen) => ({ ...seen }))).toEqual([{ ...encoding.trailers }]);
      }),
    );
  });

  test('a stream of single bytes comes back', async () => {
    const encoding = {
      chunks: [Buffer.from('hello '), Buffer.from('world')],
      signed: true,
      trailers: { 'x-amz-a': 'b' },
    };
    const bytes = encode(encoding);
    const { body, trailers } = await decodeStream(cut(bytes, [...bytes.keys()]));
    expect(body.toString()).toBe('hello world');
    expect({ ...trailers[0] }).toEqual({ 'x-amz-a': 'b' });
  });

  test('every truncation is an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        encodings,
        fc.nat(5000),
        fc.array(fc.nat(5000), { maxLength: 3 }),
        async (encoding, at, places) => {
          const bytes = encode(encoding);
          const short = bytes.subarray(0, at % bytes.byteLength);
          expect(() => decodeAwsChunkedBuffer(short)).toThrow(AwsChunkedError);
          await expect(decodeStream(cut(short, places))).rejects.toThrow(AwsChunkedError);
        },
      ),
    );
  });

  test.each([
    ['a size that is no number', 'zz\r\nab\r\n0\r\n\r\n'],
    ['a negative size', '-2\r\nab\r\n0\r\n\r\n'],
    ['no size', '\r\nab\r\n0\r\n\r\n'],
    ['only an extension', ';chunk-signature=ab\r\n\r\n'],
    ['an enormous size', `${'f'.repeat(13)}\r\nab`],
    ['a chunk longer than its size', '2\r\nabc\r\n0\r\n\r\n'],
    ['a trailer without a colon', '0\r\nx-amz-checksum\r\n\r\n'],
    ['a trailer without a name', '0\r\n:value\r\n\r\n'],
    ['bytes after the end', '0\r\n\r\nGET / HTTP/1.1\r\n'],
    ['a line without end', `2;${'a'.repeat(9000)}\r\nab\r\n0\r\n\r\n`],
    ['too many trailers', `0\r\n${'a:b\r\n'.repeat(65)}\r\n`],
  ])('%s is an error', async (_, text) => {
    expect(() => decodeAwsChunkedBuffer(Buffer.from(text))).toThrow(AwsChunkedError);
    await expect(decodeStream(cut(Buffer.from(text), [1, 7, 12]))).rejects.toThrow(AwsChunkedError);
  });

  test('a trailer may have blanks and any case, line ends may be bare, blank lines may follow the end', () => {
    const { body, trailers } = decodeAwsChunkedBuffer(
      Buffer.from('3\nabc\r\n0\r\nX-Amz-Checksum-CRC32:  AAAA== \n\r\n\r\n\r\n'),
    );
    expect(Buffer.from(body).toString()).toBe('abc');
    expect({ ...trailers }).toEqual({ 'x-amz-checksum-crc32': 'AAAA==' });
  });

  test('a trailer called __proto__ is only a trailer', () => {
    const { trailers } = decodeAwsChunkedBuffer(Buffer.from('0\r\n__proto__:x\r\n\r\n'));
    expect(Object.entries(trailers)).toEqual([['__proto__', 'x']]);
  });
});
