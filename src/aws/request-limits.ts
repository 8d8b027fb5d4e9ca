import { requestTooLarge } from '../model/lambda-errors.ts';
import { ServiceError } from '../model/service-error.ts';
import type { Operation } from './schema/service-model.ts';

const MIB = 1024 * 1024;
/** 50 MB of zip in base64, and 256 KiB for the rest of the document: the number AWS quotes. */
const CODE_UPLOAD_BYTES = 70_167_211;
const INVOKE_BYTES = 6 * MIB;

/** Largest bodies of services whose requests are held in memory. */
const SERVICE_BYTES: Readonly<Record<string, number>> = {
  lambda: INVOKE_BYTES,
  dynamodb: 16 * MIB,
  kinesis: 16 * MIB,
  s3: 16 * MIB,
  'api-gateway': 16 * MIB,
};
const DEFAULT_BYTES = 8 * MIB;

const CODE_UPLOADS: ReadonlySet<string> = new Set([
  'CreateFunction',
  'UpdateFunctionCode',
  'PublishLayerVersion',
]);
const INVOKES: ReadonlySet<string> = new Set(['Invoke', 'InvokeWithResponseStream']);

/** The largest body, in bytes, that is taken for an operation. Streaming bodies have no limit here. */
export function bodyLimit(operation: Operation | undefined): number {
  const service = operation?.service.name ?? '';
  if (service === 'lambda' && CODE_UPLOADS.has(operation?.name ?? '')) return CODE_UPLOAD_BYTES;
  return SERVICE_BYTES[service] ?? DEFAULT_BYTES;
}

/** 413 in the words of Lambda's two front ends: its control plane and its invoke path. */
export function bodyTooLarge(operation: Operation | undefined, limit: number): ServiceError {
  const name = operation?.name ?? 'requested';
  if (operation?.service.name === 'lambda' && INVOKES.has(name)) {
    return requestTooLarge(limit, name === 'Invoke' ? 'InvokeFunction' : name);
  }
  return new ServiceError(
    'RequestEntityTooLargeException',
    `Request must be smaller than ${limit} bytes for the ${name} operation`,
    413,
  );
}
