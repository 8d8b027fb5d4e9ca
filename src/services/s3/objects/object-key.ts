import { ServiceError } from '../../../model/service-error.ts';
import { invalidArgument } from '../s3-errors.ts';

const MOST_BYTES = 1024;

/** @throws KeyTooLongError, InvalidURI */
export function checkKey(key: string | undefined): string {
  const size = Buffer.byteLength(key ?? '');
  if (key === undefined || size === 0 || key.includes('\0')) {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: key ?? '' });
  }
  if (size <= MOST_BYTES) return key;
  throw new ServiceError('KeyTooLongError', 'Your key is too long', 400, {
    Size: size,
    MaxSizeAllowed: MOST_BYTES,
  });
}

const VERSION_ID = /^(?:null|[A-Za-z0-9._]{32})$/;

/** @throws InvalidArgument for what cannot be the id of any version */
export function checkVersionId(versionId: string | undefined): string | undefined {
  if (versionId === undefined || VERSION_ID.test(versionId)) return versionId;
  const message = versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified';
  throw invalidArgument(message, 'versionId', versionId);
}
