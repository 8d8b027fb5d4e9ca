import type { ChecksumAlgorithm as NamedAlgorithm, PutObjectRequest } from '@aws-sdk/client-s3';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  isChecksumAlgorithm,
  isChecksumValue,
} from '../../../aws/checksums/checksum-algorithms.ts';
import type { RequestContext } from '../../../aws/service.ts';
import { invalidRequest, notBuilt } from '../s3-errors.ts';

/** What S3 computes where a client asks for nothing. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

/** The members of an input or output that hold checksums. */
export type ChecksumMembers = Pick<
  PutObjectRequest,
  `Checksum${ChecksumAlgorithm}` | 'ChecksumXXHASH64' | 'ChecksumXXHASH3' | 'ChecksumXXHASH128'
>;

interface ChecksumInput extends ChecksumMembers {
  readonly ChecksumAlgorithm?: NamedAlgorithm | undefined;
  readonly ContentMD5?: string | undefined;
}

/** How a body is to be checked while it streams in. */
export interface ChecksumPlan {
  readonly contentMd5: string | undefined;
  /** The one its sender gives, or means. */
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Base64; undefined: it follows the body, or nobody says. */
  readonly expected: string | undefined;
  readonly isInTrailer: boolean;
}

/** Reads which checksum a request gives. @throws InvalidRequest, NotImplemented */
export function checksumPlan(input: ChecksumInput, context: RequestContext): ChecksumPlan {
  const given = givenChecksums(input);
  if (given.length > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const trailer = trailerAlgorithm(context);
  const [one] = given;
  const named = checkAlgorithm(input.ChecksumAlgorithm);
  const algorithm = one?.algorithm ?? trailer;
  if (named !== undefined && algorithm === undefined && context.operation !== 'PostObject') {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (one !== undefined && !isChecksumValue(one.algorithm, one.value)) {
    throw invalidRequest(`Value for ${checksumHeader(one.algorithm)} header is invalid.`);
  }
  if (named !== undefined && algorithm !== undefined && named !== algorithm) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  return {
    contentMd5: input.ContentMD5,
    algorithm,
    expected: one?.value,
    isInTrailer: one === undefined && trailer !== undefined,
  };
}

/** @throws InvalidRequest for what is no algorithm, NotImplemented for what is not built */
export function checkAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined || isChecksumAlgorithm(name)) return name;
  if (name.startsWith('XXHASH')) throw notBuilt(checksumHeader(name), `the checksum ${name}`);
  throw invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

/** Checksums as the members of an output. */
export function checksumMembers(checksums: Readonly<Record<string, string>>): ChecksumMembers {
  return Object.fromEntries(
    Object.entries(checksums).map(([algorithm, value]) => [`Checksum${algorithm}`, value]),
  );
}

/** The checksums an input gives. @throws NotImplemented */
export function givenChecksums(
  input: ChecksumMembers,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string }[] {
  for (const name of ['XXHASH64', 'XXHASH3', 'XXHASH128'] as const) {
    if (input[`Checksum${name}`] !== undefined) throw notBuilt(checksumHeader(name), `the checksum ${name}`);
  }
  return CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = input[`Checksum${algorithm}`];
    return value === undefined ? [] : [{ algorithm, value }];
  });
}

function trailerAlgorithm(context: RequestContext): ChecksumAlgorithm | undefined {
  const name = context.header('x-amz-trailer')?.trim().toLowerCase();
  if (name?.startsWith('x-amz-checksum-') !== true) return undefined;
  return checkAlgorithm(name.slice('x-amz-checksum-'.length).toUpperCase());
}
