import {
  invalidParameterValue,
  notImplementedYet,
  requestEntityTooLarge,
} from '../../../model/lambda-errors.ts';
import {
  UNZIPPED_CODE_LIMIT_BYTES,
  ZIP_ENTRY_LIMIT,
  ZIPPED_CODE_LIMIT_BYTES,
} from '../../../model/limits.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { codeFromS3, type CodeReader } from './code-from-s3.ts';
import type { BlobStore } from '../../../store/blob-store.ts';
import { inspectZip, ZipRejected } from '../../../store/zip-archive.ts';

/** Where a request says the code is. The same members on CreateFunction's `Code` and on UpdateFunctionCode. */
export interface CodeSource {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
  readonly S3ObjectStorageMode?: string | undefined;
  readonly ImageUri?: string | undefined;
}

/** An archive that was checked and what was seen then. */
export interface ReceivedPackage {
  readonly zip: Uint8Array;
  readonly unzippedBytes: number;
  /** Of its files and links. */
  readonly paths: readonly string[];
}

/** What is stored of a package or a layer beside the archive itself. */
export type StoredCode = Pick<StoredFunction, 'codeSha256' | 'codeSize' | 'codeUnzippedBytes'>;

/** The package a request carries or names, unpacked in thought only: checked, not stored. */
export async function receivePackage(
  deps: Pick<LambdaDependencies, 'objects' | 'clock'>,
  source: CodeSource,
  reader: CodeReader,
): Promise<ReceivedPackage> {
  const zip = sentZip(source) ?? (await codeFromS3(deps, source, reader));
  // An upload of nothing is not a broken archive: AWS has a text of its own for it.
  if (zip.byteLength === 0) throw invalidParameterValue(EMPTY);
  try {
    const limits = { maxUnzippedBytes: UNZIPPED_CODE_LIMIT_BYTES, maxEntries: ZIP_ENTRY_LIMIT };
    return { zip, ...(await inspectZip(zip, limits)) };
  } catch (error) {
    throw error instanceof ZipRejected ? invalidParameterValue(REFUSALS[error.reason]) : error;
  }
}

/** Puts a checked package on disk; a reference must follow in the write that needs it. */
export async function storePackage(
  blobs: BlobStore,
  { zip, unzippedBytes }: ReceivedPackage,
): Promise<StoredCode> {
  return {
    codeSha256: await blobs.put(zip),
    codeSize: zip.byteLength,
    codeUnzippedBytes: unzippedBytes,
  };
}

const EMPTY = 'Uploaded file must be a non-empty zip';
const CORRUPT = 'Could not unzip uploaded file. Please check your file, then try to upload again.';

/** Undefined: it is in a bucket. */
function sentZip({ ZipFile: zip, ImageUri: image, ...inS3 }: CodeSource): Uint8Array | undefined {
  const { S3Bucket, S3Key, S3ObjectVersion, S3ObjectStorageMode } = inS3;
  const fromS3 = S3Bucket ?? S3Key ?? S3ObjectVersion ?? S3ObjectStorageMode;
  if (zip === undefined) {
    if (image !== undefined) throw notImplementedYet('ImageUri: a function from a container image');
    if (fromS3 === undefined) throw invalidParameterValue('Please provide a source for function code.');
    return undefined;
  }
  if (fromS3 !== undefined || image !== undefined) {
    throw invalidParameterValue(
      'Please do not provide other FunctionCode parameters when providing a ZipFile.',
    );
  }
  if (zip.byteLength > ZIPPED_CODE_LIMIT_BYTES) {
    throw requestEntityTooLarge(`Zipped size must be smaller than ${ZIPPED_CODE_LIMIT_BYTES} bytes`);
  }
  return zip;
}

const REFUSALS: Readonly<Record<ZipRejected['reason'], string>> = {
  empty: EMPTY,
  'too-large': `Unzipped size must be smaller than ${UNZIPPED_CODE_LIMIT_BYTES} bytes`,
  corrupt: CORRUPT,
  // A path that leads out of the package is something Lambda's unpacking stumbles over too.
  'unsafe-path': CORRUPT,
};
