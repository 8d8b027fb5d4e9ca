import { invalidParameterValue, validationError } from '../../model/lambda-errors.ts';
import { MEMORY_LIMIT_MB, TIMEOUT_LIMIT_SECONDS } from '../../model/limits.ts';

/**
 * Upper bounds that the service model leaves wider than a function of the default kind may use; lower bounds and
 * everything else are checked on the wire.
 */
export function checkSizes(input: {
  readonly MemorySize?: number | undefined;
  readonly Timeout?: number | undefined;
}): void {
  if (input.Timeout !== undefined && input.Timeout > TIMEOUT_LIMIT_SECONDS) {
    throw validationError(
      `1 validation error detected: Value '${input.Timeout}' at 'timeout' failed to satisfy constraint: ` +
        `Member must have value less than or equal to ${TIMEOUT_LIMIT_SECONDS}`,
    );
  }
  if (input.MemorySize !== undefined && input.MemorySize > MEMORY_LIMIT_MB) {
    throw invalidParameterValue(
      `'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to ${MEMORY_LIMIT_MB}`,
    );
  }
}
