import { createHash } from 'node:crypto';
import { badChecksum, checkContentMd5 } from '../../../aws/body-digests.ts';
import {
  type ChecksumAlgorithm,
  checksumHeader,
  startChecksum,
} from '../../../aws/checksums/checksum-algorithms.ts';
import type { RunningCrc } from '../../../aws/checksums/crc.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { ChecksumPlan } from './checksum-plan.ts';

export interface Digests {
  /** Hex */
  readonly md5: string;
  /** Base64 by algorithm. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Computes what has to be known of a body while it streams by, and holds it against what its sender says. */
export class BodyDigests {
  readonly #plan: ChecksumPlan | undefined;
  readonly #md5 = createHash('md5');
  readonly #running = new Map<ChecksumAlgorithm, RunningCrc>();

  /** @param also algorithms that are wanted whatever the sender gives */
  constructor(plan: ChecksumPlan | undefined, also: readonly ChecksumAlgorithm[]) {
    this.#plan = plan;
    if (plan?.algorithm !== undefined) this.#running.set(plan.algorithm, startChecksum(plan.algorithm));
    for (const algorithm of also) {
      if (!this.#running.has(algorithm)) this.#running.set(algorithm, startChecksum(algorithm));
    }
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    for (const running of this.#running.values()) running.update(bytes);
  }

  /** @throws BadDigest, InvalidDigest, InvalidRequest, MalformedTrailerError */
  finish(trailers: Readonly<Record<string, string>> | undefined): Digests {
    const digest = this.#md5.digest();
    const checksums = Object.fromEntries(
      [...this.#running].map(([algorithm, running]) => [algorithm, running.digest().toString('base64')]),
    );
    const { contentMd5, algorithm, expected, isInTrailer } = this.#plan ?? NO_PLAN;
    if (contentMd5 !== undefined) checkContentMd5(contentMd5, digest.toString('base64'));
    if (algorithm !== undefined) {
      const given = isInTrailer ? trailers?.[checksumHeader(algorithm)] : expected;
      if (isInTrailer && given === undefined) throw malformedTrailer();
      if (given !== undefined && given !== checksums[algorithm]) throw badChecksum(algorithm);
    }
    return { md5: digest.toString('hex'), checksums };
  }
}

const NO_PLAN: ChecksumPlan = {
  contentMd5: undefined,
  algorithm: undefined,
  expected: undefined,
  isInTrailer: false,
};

function malformedTrailer(): ServiceError {
  return new ServiceError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}
