import { hash } from 'node:crypto';
import { ServiceError } from '../model/service-error.ts';
import type { Operation } from './schema/service-model.ts';
import { CHECKSUM_ALGORITHMS, checksumHeader, startChecksum } from './checksums/checksum-algorithms.ts';
import type { WireRequest } from './request.ts';

/**
 * Checks a body that S3 reads as a whole, such as a list of keys, against the digests its sender gives in headers and
 * trailers. @throws ServiceError InvalidDigest, BadDigest
 */
export function checkBodyDigests(operation: Operation, request: WireRequest, body: Uint8Array): void {
  const md5 = request.header('content-md5');
  if (md5 !== undefined) checkContentMd5(md5, hash('md5', body, 'base64'));
  // Where these are members of the input, they are of something else: of the object that an upload's parts become.
  if (operation.input.members.some(({ name }) => name === 'ChecksumCRC32')) return;
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const name = checksumHeader(algorithm);
    const given = request.header(name) ?? request.trailers?.[name];
    if (given === undefined) continue;
    const running = startChecksum(algorithm);
    running.update(body);
    if (running.digest().toString('base64') !== given) throw badChecksum(algorithm);
  }
}

/** @param computed base64 */
export function checkContentMd5(given: string, computed: string): void {
  const bytes = Buffer.from(given, 'base64');
  if (bytes.length !== 16) {
    throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400, {
      'Content-MD5': given,
    });
  }
  if (bytes.toString('base64') === computed) return;
  throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
    ExpectedDigest: given,
    CalculatedDigest: computed,
  });
}

export function badChecksum(algorithm: string): ServiceError {
  return new ServiceError(
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
  );
}
