import { invalidArgument } from '../kinesis-errors.ts';

const MOST_TAGS = 50;
const KEY_LIMIT = 128;
const VALUE_LIMIT = 256;
/** Letters, digits, spaces and these. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

type Tags = Readonly<Record<string, string>>;

/**
 * The tags with those that are added. @throws InvalidArgumentException when they are too many, or of a form that AWS takes
 * nowhere
 */
export function checkTags(added: Tags, present: Tags, resource: string): Record<string, string> {
  for (const [key, value] of Object.entries(added)) {
    const isFine = key.length > 0 && key.length <= KEY_LIMIT && value.length <= VALUE_LIMIT;
    if (!isFine || !TAG_TEXT.test(key) || !TAG_TEXT.test(value) || /^aws:/i.test(key))
      throw invalidArgument(
        `Failed to add tags to ${resource} because some tags contained illegal characters or are too long. ` +
          `The allowed characters are Unicode letters, white-spaces, '_', '.', ':', '/', '=', '+', '-', '@'.`,
      );
  }
  const all = { ...present, ...added };
  if (Object.keys(all).length > MOST_TAGS)
    throw invalidArgument(
      `Failed to add tags to ${resource} because a given resource cannot have more than ${MOST_TAGS} tags associated with it.`,
    );
  return all;
}

/** The tags without those of these keys. */
export function without(tags: Tags, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

/** In the order of their keys. */
export function shownTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));
}
