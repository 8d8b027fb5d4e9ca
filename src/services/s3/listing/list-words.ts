import type { EncodingType, ObjectStorageClass, Owner } from '@aws-sdk/client-s3';
import type { S3ObjectTable } from '../../../store/s3-schema.ts';
import { type StoredObject, storedObjectOf } from '../objects/stored-object.ts';
import { invalidArgument } from '../s3-errors.ts';

const MOST_KEYS = 1000;

/** @throws InvalidArgument */
export function checkMaxKeys(given: number | undefined, name = 'maxKeys'): number {
  if (given === undefined) return MOST_KEYS;
  if (Number.isInteger(given) && given >= 0 && given <= 2_147_483_647) return Math.min(given, MOST_KEYS);
  throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
}

/** Of a list of parts: the number of the last one that was seen. @throws InvalidArgument */
export function checkPartMarker(given: string | undefined): number {
  const name = 'part-number-marker';
  if (given === undefined || given === '') return 0;
  if (/^\d{1,10}$/.test(given) && Number(given) <= 2_147_483_647) return Number(given);
  throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
}

/** How a list writes keys: as they are, or percent-encoded for what XML cannot say. @throws InvalidArgument */
export function keyWriter(encoding: EncodingType | undefined): (text: string) => string {
  if (encoding === undefined) return (text) => text;
  if (encoding !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  return urlEncoded;
}

/** Slashes stay, as S3 has them. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What every list says of an object. */
export function listedObject(
  row: S3ObjectTable,
  write: (text: string) => string,
  ownerOf?: (object: StoredObject) => Owner,
) {
  const object = storedObjectOf(row);
  const { key, modifiedAt, etag, size, details } = object;
  const algorithms = Object.keys(details.checksums);
  return {
    Key: write(key),
    LastModified: modifiedAt,
    ETag: `"${etag}"`,
    ...(algorithms.length === 0
      ? {}
      : { ChecksumAlgorithm: algorithms as 'CRC32'[], ChecksumType: details.checksumType }),
    Size: size,
    StorageClass: details.storageClass as ObjectStorageClass,
    ...(ownerOf === undefined ? {} : { Owner: ownerOf(object) }),
  };
}
