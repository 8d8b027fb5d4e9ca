import { serviceException } from '../model/lambda-errors.ts';
import { ServiceError } from '../model/service-error.ts';
import { AwsChunkedError } from './aws-chunked.ts';
import type { Destination } from './routing/destination.ts';
import type { Operation, ServiceModel } from './schema/service-model.ts';
import type { StructureShape } from './schema/shape.ts';

/** What the caller is told about an error nobody foresaw: that it is ours, and nothing of our insides but a full disk. */
export function internalFailure(service: ServiceModel | undefined, error?: unknown): ServiceError {
  const reason = isDiskFull(error) ? ': the disk Lambent keeps its data on is full.' : '.';
  const message = `An internal error occurred and the request cannot be processed${reason}`;
  if (service?.name === 'lambda') return serviceException(message);
  return new ServiceError(INTERNAL_CODES[service?.name ?? ''] ?? 'InternalFailure', message, 500);
}

/** As the system, SQLite and PostgreSQL have it. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 13, '53100']);

function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && FULL.has(error.code)) || isDiskFull(error.cause);
}

const INTERNAL_CODES: Readonly<Record<string, string>> = {
  s3: 'InternalError',
  ec2: 'InternalError',
  dynamodb: 'InternalServerError',
  'application-auto-scaling': 'InternalServiceException',
};

/** The error to show for whatever was thrown; undefined when it is no fault of the caller's. */
export function callerError(error: unknown): ServiceError | undefined {
  if (error instanceof ServiceError) return error;
  if (error instanceof AwsChunkedError) return new ServiceError('IncompleteBody', error.message, 400);
  return undefined;
}

/** The request names no operation of its service, or no service at all. */
export function unknownOperation({ service, asked }: Destination): ServiceError {
  if (service === undefined && asked !== '' && !asked.includes(' ')) return notImplemented(asked);
  const where = service === undefined ? '' : ` of ${service.name}`;
  return new ServiceError('UnknownOperationException', `There is no operation '${asked}'${where}.`, 404);
}

/** AWS has it; Lambent doesn't yet. */
export function notImplemented(what: Operation | string): ServiceError {
  const name = typeof what === 'string' ? what : `${what.service.name}:${what.name}`;
  return new ServiceError('NotImplemented', `Lambent does not implement ${name} yet.`, 501);
}

/** The HTTP status of an error: the model's where it knows the code. */
export function statusOf(error: ServiceError, shape: StructureShape | undefined): number {
  if (shape === undefined) return error.status;
  return shape.traits.httpError ?? (shape.traits.error === 'server' ? 500 : 400);
}
