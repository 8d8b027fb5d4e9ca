import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HmacKey } from './hmac-key.ts';

test('is HMAC-SHA256, whatever the key and the text', () => {
  const key = fc.uint8Array({ maxLength: 200 });
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 3000 }), { maxLength: 3 });
  fc.assert(
    fc.property(key, texts, (bytes, list) => {
      const made = new HmacKey(bytes);
      for (const text of list) {
        expect(made.hex(text)).toBe(createHmac('sha256', bytes).update(text).digest('hex'));
      }
    }),
  );
});
