import type { StartStreamEncryptionInput, StopStreamEncryptionInput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { requireActive } from '../streams/stream-rows.ts';

/** There is no KMS yet, hence no key that could be found. */
export function startStreamEncryption(
  deps: KinesisDependencies,
): OperationHandler<StartStreamEncryptionInput, undefined> {
  return async (input, context) => {
    requireActive(await admit(deps, input, context, 'StartStreamEncryption'));
    checkType(input.EncryptionType);
    throw new ServiceError(
      'KMSNotFoundException',
      `Key ${input.KeyId} is not found: Lambent does not implement KMS keys yet.`,
    );
  };
}

/** No stream is encrypted, so there is nothing to stop. */
export function stopStreamEncryption(
  deps: KinesisDependencies,
): OperationHandler<StopStreamEncryptionInput, undefined> {
  return async (input, context) => {
    requireActive(await admit(deps, input, context, 'StopStreamEncryption'));
    checkType(input.EncryptionType);
    return undefined;
  };
}

function checkType(type: string | undefined): void {
  if (type !== 'KMS') throw invalidArgument('EncryptionType must be KMS.');
}
