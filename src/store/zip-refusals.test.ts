import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty, nat } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RawEntry, rawZip } from '../../test/support/raw-zip.ts';
import { extractZip, inspectZip, ZipRejected } from './zip-archive.ts';

const LIMITS = { maxUnzippedBytes: 5_000_000, maxEntries: 1_000 };

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lambent-zip-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

describe('what is refused', () => {
  const file: RawEntry = { name: 'index.js', content: 'exports.handler = 1' };
  const bomb = Buffer.alloc(6_000_000);
  const link = (name: string, content: string): RawEntry => ({ name, content, mode: 0o120777 });
  const cases: [string, ZipRejected['reason'], Buffer][] = [
    ['no bytes', 'corrupt', Buffer.alloc(0)],
    ['random bytes', 'corrupt', Buffer.from('PK this is not a zip file at all'.repeat(20))],
    ['a cut archive', 'corrupt', rawZip([file, { ...file, name: 'b' }]).subarray(0, -30)],
    ['no entry', 'empty', rawZip([])],
    ['folders only', 'empty', rawZip([{ name: 'a/' }, { name: 'b/c/' }])],
    ['a bomb', 'too-large', rawZip([{ name: 'a', content: bomb, deflate: true }])],
    ['a bomb that lies', 'corrupt', rawZip([{ name: 'a', content: bomb, deflate: true, declaredSize: 10 }])],
    [
      'a large bomb that lies',
      'corrupt',
      rawZip([{ name: 'a', content: bomb, deflate: true, declaredSize: 2_000_000 }]),
    ],
    ['a size too large', 'corrupt', rawZip([{ name: 'a', content: 'abc', deflate: true, declaredSize: 4 }])],
    ['a wrong checksum', 'corrupt', rawZip([{ ...file, declaredCrc: 1 }])],
    ['damaged content', 'corrupt', rawZip([{ name: 'a', content: 'not deflated', method: 8 }])],
    ['an unknown method', 'corrupt', rawZip([{ ...file, method: 12 }])],
    [
      'an encrypted entry',
      'corrupt',
      rawZip([{ ...file, flags: 0x801, declaredSize: file.content?.length ?? 0 }]),
    ],
    [
      'too many entries',
      'too-large',
      rawZip(Array.from({ length: 1_001 }, (_, index) => ({ name: `f${index}` }))),
    ],
    [
      'entries that share content',
      'too-large',
      rawZip([
        { name: 'a', content: bomb.subarray(0, 1_000_000), deflate: true },
        ...Array.from({ length: 5 }, (_, index) => ({
          name: `b${index}`,
          content: bomb.subarray(0, 1_000_000),
          deflate: true,
          sharesContentOf: 0,
        })),
      ]),
    ],
    ['a way up', 'unsafe-path', rawZip([{ ...file, name: '../evil' }])],
    ['a way up inside', 'unsafe-path', rawZip([{ ...file, name: 'a/../../evil' }])],
    ['a folder upwards', 'unsafe-path', rawZip([file, { name: '../evil/' }])],
    ['an absolute path', 'unsafe-path', rawZip([{ ...file, name: '/etc/passwd' }])],
    ['a drive', 'unsafe-path', rawZip([{ ...file, name: 'C:/evil' }])],
    ['a backslash', 'unsafe-path', rawZip([{ ...file, name: '..\\evil' }])],
    ['a NUL', 'unsafe-path', rawZip([{ ...file, name: 'a\0b' }])],
    ['a name too long', 'unsafe-path', rawZip([{ ...file, name: 'n'.repeat(256) }])],
    ['a path too long', 'unsafe-path', rawZip([{ ...file, name: 'n/'.repeat(2_000).concat('f') }])],
    ['a device', 'unsafe-path', rawZip([file, { name: 'null', mode: 0o020666 }])],
    ['a pipe', 'unsafe-path', rawZip([file, { name: 'pipe', mode: 0o010666 }])],
    ['a link upwards', 'unsafe-path', rawZip([file, link('l', '../outside')])],
    ['a link far upwards', 'unsafe-path', rawZip([file, link('a/b/l', '../../../outside')])],
    ['a link that comes down and goes up', 'unsafe-path', rawZip([file, link('a/b/l', 'c/../../../..')])],
    ['an absolute link', 'unsafe-path', rawZip([file, link('l', '/etc/passwd')])],
    ['a link to nothing', 'unsafe-path', rawZip([file, link('l', '')])],
    ['an endless link', 'unsafe-path', rawZip([file, link('l', 'a/'.repeat(3_000))])],
    ['a file through a link', 'unsafe-path', rawZip([link('l', '.'), { ...file, name: 'l/x' }])],
    ['a file on top of a link', 'unsafe-path', rawZip([link('l', 'x'), { ...file, name: 'l' }])],
    ['a link on top of a file', 'unsafe-path', rawZip([{ ...file, name: 'l' }, link('l', 'x')])],
    ['a link twice', 'unsafe-path', rawZip([file, link('l', 'x'), link('l', 'y')])],
    ['a link on top of a folder', 'unsafe-path', rawZip([{ name: 'l/' }, link('l', 'x')])],
    ['a folder on top of a link', 'unsafe-path', rawZip([link('l', 'x'), { name: 'l/' }])],
    ['a file below a file', 'unsafe-path', rawZip([file, { ...file, name: 'index.js/x' }])],
  ];

  test.each(cases)('%s', async (_, reason, zip) => {
    for (const attempt of [
      () => inspectZip(zip, LIMITS),
      () => extractZip(zip, join(root, 'target'), LIMITS),
    ]) {
      const refusal: unknown = await attempt().catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ZipRejected);
      expect(refusal).toHaveProperty('reason', reason);
    }
    expect(await readdir(root)).toEqual([]);
  });

  test('damage at any byte is refused or harmless, and never writes outside', async () => {
    const zip = rawZip([
      {
        name: 'a/index.js',
        content: 'exports.handler = async () => 1;'.repeat(20),
        deflate: true,
        mode: 0o100644,
      },
      { name: 'a/link', content: 'index.js', mode: 0o120777 },
      { name: 'b/', mode: 0o040755 },
    ]);
    let round = 0;
    await assert(
      asyncProperty(nat(zip.length - 1), nat(255), async (at, value) => {
        const damaged = Buffer.from(zip);
        damaged[at] = value;
        const inside = join(root, `round-${round}`);
        round += 1;
        await mkdir(inside);
        const [inspected, extracted] = await Promise.allSettled([
          inspectZip(damaged, LIMITS),
          extractZip(damaged, join(inside, 'target'), LIMITS),
        ]);
        expect(extracted.status).toBe(inspected.status);
        if (inspected.status === 'rejected') expect(inspected.reason).toBeInstanceOf(ZipRejected);
        expect(await readdir(inside)).toEqual(inspected.status === 'rejected' ? [] : ['target']);
        if (extracted.status === 'fulfilled') await chmod(join(inside, 'target'), 0o755);
      }),
      { numRuns: 150 },
    );
  });
});
