import type { Tag } from '@aws-sdk/client-s3';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidArgument } from '../s3-errors.ts';

const MOST_TAGS = 10;
const KEY_LENGTH = 128;
const VALUE_LENGTH = 256;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Tags as the header x-amz-tagging has them: a query string. @throws InvalidArgument, InvalidTag, BadRequest */
export function tagsOfHeader(header: string | undefined): Record<string, string> {
  if (header === undefined || header === '') return {};
  const pairs = [...new URLSearchParams(header)];
  const names = new Set(pairs.map(([key]) => key));
  if (names.size !== pairs.length || names.has('')) {
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    );
  }
  return checkTags(pairs.map(([Key, Value]) => ({ Key, Value })));
}

/** @throws InvalidTag, BadRequest */
export function checkTags(tags: readonly Tag[]): Record<string, string> {
  if (tags.length > MOST_TAGS) {
    throw new ServiceError('BadRequest', `Object tags cannot be greater than ${MOST_TAGS}`);
  }
  const result: Record<string, string> = {};
  for (const { Key: key = '', Value: value = '' } of tags) {
    if (Object.hasOwn(result, key)) {
      throw invalidTag('Cannot provide multiple Tags with the same key', key);
    }
    if (key === '' || key.length > KEY_LENGTH || !CHARACTERS.test(key)) {
      throw invalidTag('The TagKey you have provided is invalid', key);
    }
    if (value.length > VALUE_LENGTH || !CHARACTERS.test(value)) {
      throw new ServiceError('InvalidTag', 'The TagValue you have provided is invalid', 400, {
        TagKey: key,
        TagValue: value,
      });
    }
    if (key.startsWith('aws:')) {
      throw invalidTag('System tags cannot be added/updated by requester', key);
    }
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

function invalidTag(message: string, key: string): ServiceError {
  return new ServiceError('InvalidTag', message, 400, { TagKey: key });
}
