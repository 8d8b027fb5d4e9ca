import type { CopyObjectRequest } from '@aws-sdk/client-s3';
import type { RequestContext } from '../../../aws/service.ts';
import { invalidArgument } from '../s3-errors.ts';
import { checkRedirect, checkStorageClass, detailsOf } from './object-details.ts';
import { tagsOfHeader } from './object-tags.ts';
import type { ObjectDetails, StoredObject } from './stored-object.ts';

const DIRECTIVES: ReadonlySet<string | undefined> = new Set([undefined, 'COPY', 'REPLACE']);

/** @throws InvalidArgument */
export function checkDirectives({ MetadataDirective, TaggingDirective }: CopyObjectRequest): void {
  if (!DIRECTIVES.has(MetadataDirective)) {
    throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', MetadataDirective);
  }
  if (!DIRECTIVES.has(TaggingDirective)) {
    throw invalidArgument('Unknown tagging directive.', 'x-amz-tagging-directive', TaggingDirective);
  }
}

/** Metadata and headers come along unless they are replaced; storage class and redirect never do. */
export function copiedDetails(
  { details }: StoredObject,
  input: CopyObjectRequest,
  context: RequestContext,
): ObjectDetails {
  if (input.MetadataDirective === 'REPLACE') return detailsOf(input, context);
  return {
    ...details,
    storageClass: checkStorageClass(input.StorageClass),
    websiteRedirect: checkRedirect(input.WebsiteRedirectLocation),
    checksumType: 'FULL_OBJECT',
  };
}

export function copiedTags(
  { tags }: StoredObject,
  { TaggingDirective, Tagging }: CopyObjectRequest,
): Readonly<Record<string, string>> {
  return TaggingDirective === 'REPLACE' ? tagsOfHeader(Tagging) : tags;
}
