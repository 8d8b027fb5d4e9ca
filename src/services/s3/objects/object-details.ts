import type { PutObjectRequest } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidArgument, notBuilt } from '../s3-errors.ts';
import type { ObjectDetails, ObjectHeaders } from './stored-object.ts';

type DetailsInput = Pick<
  PutObjectRequest,
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'Metadata'
  | 'StorageClass'
  | 'WebsiteRedirectLocation'
>;

const METADATA_BYTES = 2048;
/** Those that can be read at once, which is all that sets them apart here. */
const READABLE: ReadonlySet<string> = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
]);
const ARCHIVED: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** What a request gives an object beside its bytes. @throws MetadataTooLarge, InvalidStorageClass, NotImplemented */
export function detailsOf(input: DetailsInput, context: RequestContext): ObjectDetails {
  return {
    headers: headersOf(input, context),
    metadata: checkMetadata(input.Metadata ?? {}),
    storageClass: checkStorageClass(input.StorageClass),
    checksums: {},
    checksumType: 'FULL_OBJECT',
    websiteRedirect: checkRedirect(input.WebsiteRedirectLocation),
  };
}

export function headersOf(input: DetailsInput, context: RequestContext): ObjectHeaders {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType } = input;
  return {
    ContentType: ContentType ?? 'binary/octet-stream',
    CacheControl,
    ContentDisposition,
    ContentEncoding,
    ContentLanguage,
    Expires: context.operation === 'PostObject' ? undefined : context.header('expires'),
  };
}

export function checkMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  let size = 0;
  for (const [name, value] of Object.entries(metadata)) size += name.length + value.length;
  if (size <= METADATA_BYTES) return { ...metadata };
  throw new ServiceError(
    'MetadataTooLarge',
    'Your metadata headers exceed the maximum allowed metadata size',
    400,
    {
      Size: size,
      MaxSizeAllowed: METADATA_BYTES,
    },
  );
}

export function checkStorageClass(storageClass: string | undefined): string {
  if (storageClass === undefined || READABLE.has(storageClass)) return storageClass ?? 'STANDARD';
  if (ARCHIVED.has(storageClass)) throw notBuilt('x-amz-storage-class', `the storage class ${storageClass}`);
  throw new ServiceError('InvalidStorageClass', 'The storage class you specified is not valid', 400, {
    StorageClassRequested: storageClass,
  });
}

export function checkRedirect(location: string | undefined): string | undefined {
  if (location === undefined || /^(?:\/|https?:\/\/)/.test(location)) return location;
  throw invalidArgument(
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    'x-amz-website-redirect-location',
    location,
  );
}
