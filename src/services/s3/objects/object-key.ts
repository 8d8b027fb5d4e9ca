import { ServiceError } from '../../../model/service-error.ts';

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
