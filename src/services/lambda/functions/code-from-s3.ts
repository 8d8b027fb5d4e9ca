import { contextFacts, globalKeys } from '../../../aws/condition-keys.ts';
import type { RequestContext } from '../../../aws/service.ts';
import { accessDenied, invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { UNZIPPED_CODE_LIMIT_BYTES } from '../../../model/limits.ts';
import type { ObjectCaller, OpenedObject } from '../../../model/object-ports.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

/** An object with a package in it. */
interface CodeObject {
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
  readonly S3ObjectStorageMode?: string | undefined;
}

/** Whose request it is. */
export interface CodeReader {
  /** Of the function or layer. */
  readonly region: string;
  readonly context: RequestContext;
}

/** A package of files that do not compress, with what an archive adds to each. */
const LARGEST_BYTES = UNZIPPED_CODE_LIMIT_BYTES + 16 * 1_048_576;

/** Reads a package from where a request says it is. Throws in Lambda's words what S3 answers. */
export async function codeFromS3(
  { objects, clock }: Pick<LambdaDependencies, 'objects' | 'clock'>,
  { S3Bucket: bucket, S3Key: key, S3ObjectVersion: versionId, S3ObjectStorageMode: mode }: CodeObject,
  { region, context }: CodeReader,
): Promise<Uint8Array> {
  if (bucket === undefined || key === undefined)
    throw invalidParameterValue('Please provide a source for function code.');
  if (mode === 'REFERENCE')
    throw notImplementedYet('S3ObjectStorageMode REFERENCE: running code that stays in your bucket');
  const opened = await open(objects, { bucket, key, versionId }, callerOf(context, clock.now()));
  if (opened.region !== region) {
    await opened.body[Symbol.asyncIterator]().return?.();
    throw answered(
      'PermanentRedirect',
      `The bucket is in this region: ${opened.region}. Please use this region to retry the request`,
    );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of opened.body) {
    size += chunk.byteLength;
    if (size > LARGEST_BYTES)
      throw invalidParameterValue(`Unzipped size must be smaller than ${UNZIPPED_CODE_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function open(
  objects: LambdaDependencies['objects'],
  name: { readonly bucket: string; readonly key: string; readonly versionId: string | undefined },
  caller: ObjectCaller,
): Promise<OpenedObject> {
  try {
    return await objects.open(name, caller);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code !== 'AccessDenied') throw answered(error.code, error.message);
    throw accessDenied(
      `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${name.bucket}/${name.key}. ` +
        `S3 Error Code: AccessDenied. S3 Error Message: ${error.message}`,
    );
  }
}

/** Whoever deploys an object can download it: Lambda asks S3 in the caller's name, and comes from elsewhere. */
function callerOf(context: RequestContext, nowMs: number): ObjectCaller {
  const facts = contextFacts(context, nowMs, context.accountId);
  const elsewhere = { ...facts, sourceIp: undefined, referer: undefined, userAgent: undefined };
  return {
    kind: 'caller',
    caller: context.caller,
    keys: { ...globalKeys(elsewhere), 'aws:ViaAWSService': 'true' },
  };
}

function answered(code: string, message: string): ServiceError {
  return invalidParameterValue(
    `Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`,
  );
}
