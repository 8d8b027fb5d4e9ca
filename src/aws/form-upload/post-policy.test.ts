import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounded, checkPostPolicy, readPostPolicy } from './post-policy.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const EXPIRATION = '2026-11-22T00:00:00Z';

const encode = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64');
const policyOf = (...conditions: readonly unknown[]) =>
  readPostPolicy(encode({ expiration: EXPIRATION, conditions }));
const check = (fields: Readonly<Record<string, string>>, ...conditions: readonly unknown[]) =>
  checkPostPolicy(policyOf(...conditions), new Map(Object.entries(fields)), NOW_MS);

describe('a policy', () => {
  test.each([
    ['no JSON', Buffer.from('{').toString('base64'), 'Invalid JSON.'],
    ['a list', encode([]), 'Invalid JSON.'],
    ['no expiration', encode({ conditions: [] }), 'Policy missing expiration.'],
    [
      'a strange expiration',
      encode({ expiration: 'soon', conditions: [] }),
      "Invalid 'expiration' value: 'soon'",
    ],
    ['no conditions', encode({ expiration: EXPIRATION }), 'Policy missing conditions.'],
    ['another element', encode({ expiration: EXPIRATION, conditions: [], x: 1 }), "Unexpected: 'x'"],
    [
      'an unknown operation',
      encode({ expiration: EXPIRATION, conditions: [['like', '$key', 'x']] }),
      "Invalid Condition: unknown operation 'like'.",
    ],
    [
      'a negative length',
      encode({ expiration: EXPIRATION, conditions: [['content-length-range', -1, 5]] }),
      'Invalid content-length-range: arguments must be numbers.',
    ],
  ])('with %s is refused', (_, encoded, why) => {
    expect(() => readPostPolicy(encoded)).toThrow(`Invalid Policy: ${why}`);
  });

  test('has an end', () => {
    const late = () => checkPostPolicy(policyOf(), new Map(), Date.parse(EXPIRATION));
    expect(late).toThrow('Invalid according to Policy: Policy expired.');
  });

  test('names what does not hold, and what it has no condition for', () => {
    expect(() => check({ key: 'b' }, ['eq', '$key', 'a'])).toThrow(
      'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "a"]',
    );
    expect(() => check({ key: 'a', acl: 'private' }, { key: 'a' })).toThrow(
      'Invalid according to Policy: Extra input fields: acl',
    );
    expect(() => check({ key: 'a' }, { key: 'a' }, ['starts-with', '$acl', 'p'])).toThrow(
      'Policy Condition failed: ["starts-with", "$acl", "p"]',
    );
    check({ key: 'a', 'x-ignore-me': '1', policy: 'p', 'x-amz-signature': 's' }, { Key: 'a' });
    check({ 'content-type': 'image/png, image/gif' }, ['starts-with', '$Content-Type', 'image/']);
  });

  test('lets pass exactly the keys that begin as it says', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (start, key) => {
        const run = () => check({ key }, ['starts-with', '$key', start]);
        if (key.startsWith(start)) run();
        else expect(run).toThrow('Policy Condition failed');
      }),
    );
  });

  test('bounds the length of the file, the narrowest range of all', async () => {
    const { length } = policyOf(['content-length-range', 2, '9'], ['content-length-range', 0, 4]);
    expect(length).toEqual([2, 4]);
    async function* file(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
      for (const size of sizes) yield await Promise.resolve(new Uint8Array(size));
    }
    const read = async (...sizes: readonly number[]) => {
      let size = 0;
      for await (const chunk of bounded(file(...sizes), length)) size += chunk.length;
      return size;
    };
    expect([await read(1, 1), await read(4)]).toEqual([2, 4]);
    await expect(read(1)).rejects.toMatchObject({
      code: 'EntityTooSmall',
      members: { ProposedSize: '1', MinSizeAllowed: '2' },
    });
    await expect(read(3, 2)).rejects.toMatchObject({
      code: 'EntityTooLarge',
      members: { ProposedSize: '5', MaxSizeAllowed: '4' },
    });
  });
});
