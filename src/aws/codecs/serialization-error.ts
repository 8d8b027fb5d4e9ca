import { ServiceError } from '../../model/service-error.ts';

/** A request whose bytes don't fit the operation's input: 400 SerializationException. */
export function serializationError(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}
