import type { ChecksumAlgorithm } from '../../../aws/checksums/checksum-algorithms.ts';

/** What the thread is asked. Each names a body by its number. */
export type DigestRequest =
  | { readonly body: number; readonly begin: readonly ChecksumAlgorithm[] }
  /** Its next bytes: the beginning of a block, which is not written to before the answer. */
  | { readonly body: number; readonly block: SharedArrayBuffer; readonly length: number }
  | { readonly body: number; readonly end: true };

/** One answer to each block, and the digests in the end, unless the body was given up. */
export type DigestAnswer =
  | { readonly body: number; readonly block: SharedArrayBuffer }
  | { readonly body: number; readonly digests: readonly Uint8Array[] };
