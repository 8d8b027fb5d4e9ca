import { createHash } from 'node:crypto';
import { CRC32, CRC32C, CRC64NVME, CrcCombiner, type CrcKind } from './crc-combine.ts';
import { Crc32, Crc32c, Crc64Nvme, type RunningCrc } from './crc.ts';

/** Those that are built; S3's newest, the XXHASH family, are not. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256' | 'SHA512' | 'MD5';

interface AlgorithmFacts {
  /** Bytes of a digest. */
  readonly length: number;
  readonly start: () => RunningCrc;
  /** Digests of pieces make up that of the whole. */
  readonly crc?: CrcKind;
}

const hashed = (name: string, length: number): AlgorithmFacts => ({ length, start: () => createHash(name) });

const ALGORITHMS: Readonly<Record<ChecksumAlgorithm, AlgorithmFacts>> = {
  CRC32: { length: 4, start: () => new Crc32(), crc: CRC32 },
  CRC32C: { length: 4, start: () => new Crc32c(), crc: CRC32C },
  CRC64NVME: { length: 8, start: () => new Crc64Nvme(), crc: CRC64NVME },
  SHA1: hashed('sha1', 20),
  SHA256: hashed('sha256', 32),
  SHA512: hashed('sha512', 64),
  MD5: hashed('md5', 16),
};

export const CHECKSUM_ALGORITHMS = Object.keys(ALGORITHMS) as readonly ChecksumAlgorithm[];

export function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(ALGORITHMS, name);
}

export function checksumHeader(algorithm: string): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningCrc {
  return ALGORITHMS[algorithm].start();
}

/** Whether a text is the base64 of a digest of this algorithm. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, value: string): boolean {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === ALGORITHMS[algorithm].length && bytes.toString('base64') === value;
}

/** Whether a whole's checksum follows from those of its parts. */
export function isCombinable(algorithm: ChecksumAlgorithm): boolean {
  return ALGORITHMS[algorithm].crc !== undefined;
}

export interface PartChecksum {
  /** Base64 */
  readonly value: string;
  readonly size: number;
}

/** The checksum of parts put together, as if they had been one. @returns base64 */
export function combinedChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  const { crc, length } = ALGORITHMS[algorithm];
  if (crc === undefined) throw new Error(`${algorithm} of a whole does not follow from its parts.`);
  const pieces = parts.map(({ value, size }) => ({
    crc: BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`),
    size,
  }));
  const whole = new CrcCombiner(crc)
    .combine(pieces)
    .toString(16)
    .padStart(length * 2, '0');
  return Buffer.from(whole, 'hex').toString('base64');
}

/** The checksum of the parts' checksums. @returns base64, a dash and the number of parts */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  const running = startChecksum(algorithm);
  for (const { value } of parts) running.update(Buffer.from(value, 'base64'));
  return `${running.digest().toString('base64')}-${parts.length}`;
}
