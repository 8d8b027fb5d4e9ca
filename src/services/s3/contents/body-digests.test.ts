import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChecksumAlgorithm } from '../../../aws/checksums/checksum-algorithms.ts';
import { BodyDigests } from './body-digests.ts';
import type { ChecksumPlan } from './checksum-plan.ts';

const LARGE = 1024 * 1024;
const CRCS: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC64NVME', 'SHA256'];

/** No two places alike, within a few megabytes. */
function bodyOf(size: number, seed: number): Buffer {
  const body = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) body.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at);
  return body;
}

/** Fed with pieces that are written over as soon as it has had them. */
async function fed(digests: BodyDigests, body: Buffer, step: number): Promise<BodyDigests> {
  for (let at = 0; at < body.length; at += step) {
    const piece = Buffer.from(body.subarray(at, at + step));
    await digests.update(piece);
    piece.fill(0);
  }
  return digests;
}

test('a large body has the digests it would have were it small, however it is cut, beside others', async () => {
  const size = fc.integer({ min: 0, max: 3 * LARGE });
  const step = fc.oneof(fc.integer({ min: 1000, max: 70_000 }), fc.constantFrom(262_144, 524_289, LARGE));
  const bodies = fc.array(fc.tuple(size, step), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(bodies, async (many) => {
      const both = many.map(async ([bytes, cut], seed) => {
        const body = bodyOf(bytes, seed);
        const large = await fed(new BodyDigests(undefined, CRCS, LARGE), body, cut);
        const small = await fed(new BodyDigests(undefined, CRCS, 0), body, bytes + 1);
        expect(await large.finish(undefined)).toEqual(await small.finish(undefined));
      });
      await Promise.all(both);
    }),
    { numRuns: 6 },
  );
}, 120_000);

test('a large body that is not what its sender says is refused; one that is given up leaves the next alone', async () => {
  const body = bodyOf(2 * LARGE, 1);
  const plan: ChecksumPlan = {
    contentMd5: undefined,
    algorithm: 'CRC32',
    expected: 'AAAAAA==',
    isInTrailer: false,
  };
  const wrong = await fed(new BodyDigests(plan, [], body.length), body, 65_536);
  await expect(wrong.finish(undefined)).rejects.toMatchObject({ name: 'BadDigest' });
  const givenUp = await fed(new BodyDigests(plan, [], body.length), body.subarray(0, LARGE), 65_536);
  givenUp.abandon();
  new BodyDigests(plan, [], body.length).abandon();
  const { md5 } = await (await fed(new BodyDigests(undefined, [], body.length), body, 65_536)).finish(
    undefined,
  );
  const expected = await (await fed(new BodyDigests(undefined, [], 0), body, body.length)).finish(undefined);
  expect(md5).toBe(expected.md5);
});
