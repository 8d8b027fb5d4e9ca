import { ServiceError } from '../../model/service-error.ts';

export function invalidArgument(message: string): ServiceError {
  return new ServiceError('InvalidArgumentException', message);
}

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}

export function inUse(message: string): ServiceError {
  return new ServiceError('ResourceInUseException', message);
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message);
}

export function throughputExceeded(message: string): ServiceError {
  return new ServiceError('ProvisionedThroughputExceededException', message);
}

export function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDeniedException', message);
}

/** What is not built is refused by name. */
export function notBuilt(name: string): ServiceError {
  return invalidArgument(`Lambent does not implement ${name} yet.`);
}

/** A request with DryRun that would have succeeded. */
export function dryRun(): ServiceError {
  return new ServiceError(
    'DryRunOperationException',
    'Request would have succeeded, but DryRun flag is set.',
  );
}

interface Named {
  readonly accountId: string;
  readonly name: string;
}

/** `Stream <name> under account <account>`, as AWS names streams in its errors. */
export function theStream({ accountId, name }: Named): string {
  return `Stream ${name} under account ${accountId}`;
}

export function streamNotFound(stream: Named): ServiceError {
  return notFound(`${theStream(stream)} not found.`);
}

export function shardNotFound(shardId: string, { accountId, name }: Named): ServiceError {
  return notFound(`Shard ${shardId} in stream ${name} under account ${accountId} does not exist`);
}
