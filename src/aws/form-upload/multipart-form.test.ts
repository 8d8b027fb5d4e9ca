import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formBoundary, readForm } from './multipart-form.ts';

const BOUNDARY = 'xYz-1';

/** A form as browsers write it. */
function formOf(fields: readonly (readonly [string, string])[], file: Uint8Array, after = ''): Buffer {
  const parts = fields.map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a \\"b\\".txt"\r\nContent-Type: text/plain\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(parts.join('') + head),
    file,
    Buffer.from(`\r\n--${BOUNDARY}${after}--\r\n`),
  ]);
}

/** Cut at the given places. */
async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    await Promise.resolve();
    if (at < bytes.length) yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(source: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  if (source !== undefined) for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a form with a file', () => {
  test('is read whole, however it is cut', async () => {
    const piece = fc.constantFrom('\r\n', '--', BOUNDARY, '\r\n--', `\r\n--xYz`, 'a', '\0', 'é');
    const bytes = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join('')));
    const fileBytes = bytes.filter((file) => !file.includes(`\r\n--${BOUNDARY}`));
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fileBytes, sizes, async (file, cuts) => {
        const { fields, file: read } = await readForm(
          cut(
            formOf(
              [
                ['key', 'k/${filename}'],
                ['Empty', ''],
              ],
              file,
            ),
            cuts,
          ),
          BOUNDARY,
        );
        expect([...fields]).toEqual([
          ['key', 'k/${filename}'],
          ['empty', ''],
        ]);
        expect(read?.name).toBe('a "b".txt');
        expect((await collect(read?.content)).equals(file)).toBe(true);
      }),
    );
  });

  test('that ends too early fails, in the fields or in the file', async () => {
    const whole = formOf([['key', 'k']], Buffer.from('content'));
    for (let length = 0; length < whole.length - 8; length += 1) {
      const read = async () => {
        const { file } = await readForm(cut(whole.subarray(0, length), []), BOUNDARY);
        return await collect(file?.content);
      };
      await expect(read()).rejects.toMatchObject({ code: 'MalformedPOSTRequest' });
    }
  });

  test('may have no more than 20 KB before it', async () => {
    const form = formOf([['x', 'y'.repeat(30_000)]], Buffer.from('content'));
    await expect(readForm(cut(form, [1000]), BOUNDARY)).rejects.toMatchObject({
      code: 'MaxPostPreDataLengthExceeded',
    });
  });

  test('may lack the file', async () => {
    const form = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--${BOUNDARY}--`;
    const read = await readForm(cut(Buffer.from(form), []), BOUNDARY);
    expect([read.fields.get('key'), read.file]).toEqual(['k', undefined]);
  });
});

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/form-data', undefined],
  ['application/json; boundary=abc', undefined],
  [undefined, undefined],
])('the boundary of %s', (type, expected) => {
  expect(formBoundary(type)).toBe(expected);
});
