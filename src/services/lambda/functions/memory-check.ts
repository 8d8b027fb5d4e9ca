import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { MEMORY_LIMIT_MB } from '../../../model/limits.ts';

/** The service model allows more, for functions on managed instances; one of the default kind stops here. */
export function checkMemorySize(memoryMb: number | undefined): void {
  if (memoryMb === undefined || memoryMb <= MEMORY_LIMIT_MB) return;
  throw invalidParameterValue(
    `'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to ${MEMORY_LIMIT_MB}`,
  );
}
