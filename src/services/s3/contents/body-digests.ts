import { badChecksum, checkContentMd5 } from '../../../aws/body-digests.ts';
import {
  type ChecksumAlgorithm,
  checksumHeader,
  startChecksum,
} from '../../../aws/checksums/checksum-algorithms.ts';
import type { RunningCrc } from '../../../aws/checksums/crc.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { ChecksumPlan } from './checksum-plan.ts';
import { ThreadedDigests } from './digest-thread.ts';

export interface Digests {
  /** Hex */
  readonly md5: string;
  /** Base64 by algorithm. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Bodies of this size are hashed by a thread: below, that costs more than it takes off the platform's. */
const LARGE_BYTES = 1024 * 1024;

/** Computes what has to be known of a body while it streams by, and holds it against what its sender says. */
export class BodyDigests {
  readonly #plan: ChecksumPlan | undefined;
  /** The first is the ETag's. */
  readonly #algorithms: readonly ChecksumAlgorithm[];
  readonly #running: readonly RunningCrc[];
  readonly #isLarge: boolean;
  /** In the place of these, from the first byte of a large one on. */
  #thread: ThreadedDigests | undefined;

  /**
   * @param also algorithms that are wanted whatever the sender gives
   * @param declaredBytes what the sender says it will be; 0: nobody knows
   */
  constructor(plan: ChecksumPlan | undefined, also: readonly ChecksumAlgorithm[], declaredBytes: number) {
    this.#plan = plan;
    const given = plan?.algorithm === undefined ? also : [plan.algorithm, ...also];
    this.#algorithms = ['MD5', ...new Set(given)];
    this.#running = this.#algorithms.map(startChecksum);
    this.#isLarge = declaredBytes >= LARGE_BYTES;
  }

  /** Undefined while there is room: only what is a promise has to be waited for. */
  update(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#isLarge) return (this.#thread ??= new ThreadedDigests(this.#algorithms)).update(bytes);
    for (const running of this.#running) running.update(bytes);
    return undefined;
  }

  /** The body will not be finished. */
  abandon(): void {
    this.#thread?.finish().catch(() => {});
  }

  /** @throws BadDigest, InvalidDigest, InvalidRequest, MalformedTrailerError */
  async finish(trailers: Readonly<Record<string, string>> | undefined): Promise<Digests> {
    const digests =
      this.#thread === undefined
        ? this.#running.map((running) => running.digest())
        : await this.#thread.finish();
    const [md5 = Buffer.alloc(0), ...others] = digests.map((digest) => Buffer.from(digest));
    const checksums = Object.fromEntries(
      others.map((digest, index) => [this.#algorithms[index + 1], digest.toString('base64')]),
    );
    this.#compare(md5, checksums, trailers);
    return { md5: md5.toString('hex'), checksums };
  }

  #compare(
    md5: Buffer,
    checksums: Readonly<Record<string, string>>,
    trailers: Readonly<Record<string, string>> | undefined,
  ): void {
    const { contentMd5, algorithm, expected, isInTrailer } = this.#plan ?? NO_PLAN;
    if (contentMd5 !== undefined) checkContentMd5(contentMd5, md5.toString('base64'));
    if (algorithm === undefined) return;
    const given = isInTrailer ? trailers?.[checksumHeader(algorithm)] : expected;
    if (isInTrailer && given === undefined) throw malformedTrailer();
    if (given !== undefined && given !== checksums[algorithm]) throw badChecksum(algorithm);
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
