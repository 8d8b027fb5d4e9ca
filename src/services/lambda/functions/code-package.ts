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

/** The package a request carries, unpacked in thought only: checked, not stored. */
export async function receivePackage(source: CodeSource): Promise<ReceivedPackage> {
  const zip = zipOf(source);
  if (zip.byteLength > ZIPPED_CODE_LIMIT_BYTES) {
    throw requestEntityTooLarge(`Zipped size must be smaller than ${ZIPPED_CODE_LIMIT_BYTES} bytes`);
  }
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

function zipOf(source: CodeSource): Uint8Array {
  const fromS3 = source.S3Bucket ?? source.S3Key ?? source.S3ObjectVersion ?? source.S3ObjectStorageMode;
  if (source.ZipFile !== undefined) {
    if (fromS3 !== undefined || source.ImageUri !== undefined) {
      throw invalidParameterValue(
        'Please do not provide other FunctionCode parameters when providing a ZipFile.',
      );
    }
    return source.ZipFile;
  }
  if (source.ImageUri !== undefined) throw notImplementedYet('ImageUri: a function from a container image');
  if (fromS3 !== undefined) {
    throw notImplementedYet(
      'S3Bucket and S3Key: taking the deployment package from S3 (send it as ZipFile instead)',
    );
  }
  throw invalidParameterValue('Please provide a source for function code.');
}

const REFUSALS: Readonly<Record<ZipRejected['reason'], string>> = {
  empty: EMPTY,
  'too-large': `Unzipped size must be smaller than ${UNZIPPED_CODE_LIMIT_BYTES} bytes`,
  corrupt: CORRUPT,
  // A path that leads out of the package is something Lambda's unpacking stumbles over too.
  'unsafe-path': CORRUPT,
};
