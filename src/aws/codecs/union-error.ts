import { ServiceError } from '../../model/service-error.ts';
import type { StructureShape } from '../schema/shape.ts';
import { serializationError } from './serialization-error.ts';

/** The error for a union that does not have exactly one member set. DynamoDB has words of its own for its values. */
export function unionError(shape: StructureShape, count: number): ServiceError {
  if (shape.name !== 'AttributeValue') {
    return serializationError(`Exactly one member of ${shape.name} must be set, found ${count}`);
  }
  const problem = count === 0 ? 'is empty,' : 'has more than one datatypes set,';
  return new ServiceError(
    'ValidationException',
    `Supplied AttributeValue ${problem} must contain exactly one of the supported datatypes`,
  );
}
