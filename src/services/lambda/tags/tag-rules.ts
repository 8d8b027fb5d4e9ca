import { invalidParameterValue, validationError } from '../../../model/lambda-errors.ts';
import { TAG_KEY_LIMIT, TAG_LIMIT, TAG_VALUE_LIMIT } from '../../../model/limits.ts';

const RESERVED = /^aws:/i;
/** Control characters and halves of surrogate pairs; AWS takes letters, digits, spaces and `+-=._:/@`. */
const UNFIT = /[\p{Cc}\p{Cs}]/u;

/** Checks tags a caller sends. Throws for keys and values out of bounds or with unfit characters, reserved keys, and too many. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const lengths = lengthViolations(tags);
  if (lengths.length > 0) {
    const shown = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
    const where = `Value '{${shown.join(', ')}}' at 'tags' failed to satisfy constraint: `;
    const count = `${lengths.length} validation error${lengths.length === 1 ? '' : 's'} detected`;
    throw validationError(`${count}: ${lengths.map((constraint) => where + constraint).join('; ')}`);
  }
  if (Object.keys(tags).some((key) => RESERVED.test(key))) {
    throw invalidParameterValue('aws: prefixed tag key names are not allowed for external use.');
  }
  if (
    Object.entries(tags)
      .flat()
      .some((text) => UNFIT.test(text))
  ) {
    throw invalidParameterValue('An error occurred and the request cannot be processed.');
  }
  checkTagCount(Object.keys(tags).length);
}

export function checkTagCount(count: number): void {
  if (count > TAG_LIMIT) throw invalidParameterValue('Number of tags exceeds resource tag limit.');
}

/** The bounds every AWS service sets; Lambda's model leaves them out, so the wire layer has not checked them. */
function lengthViolations(tags: Readonly<Record<string, string>>): string[] {
  const violations: string[] = [];
  if (Object.keys(tags).some((key) => key.length === 0 || key.length > TAG_KEY_LIMIT)) {
    violations.push(
      `Map keys must satisfy constraint: [Member must have length less than or equal to ${TAG_KEY_LIMIT}, ` +
        'Member must have length greater than or equal to 1, Member must not be null]',
    );
  }
  if (Object.values(tags).some((value) => value.length > TAG_VALUE_LIMIT)) {
    violations.push(
      `Map value must satisfy constraint: [Member must have length less than or equal to ${TAG_VALUE_LIMIT}, ` +
        'Member must have length greater than or equal to 0, Member must not be null]',
    );
  }
  return violations;
}
