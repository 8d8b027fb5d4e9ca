import type { Caller } from '../../../model/function-reference.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { type Announce, type FunctionKey, functionNotFound, type Tx } from '../functions/function-rows.ts';
import { updateSettings } from '../functions/settings-rows.ts';
import { lockConfig } from './config-rows.ts';

/** 404: what a function is to use is not there. */
export function attachedNotFound(arn: string): Error {
  return new ServiceError(
    'CodeSigningConfigNotFoundException',
    `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
    404,
    { Type: 'User' },
  );
}

/** Makes a function use a configuration. Throws 404 for the one and for the other, in this order. */
export async function attachConfig(
  tx: Tx,
  announce: Announce,
  key: FunctionKey,
  arn: string,
  caller: Caller,
): Promise<void> {
  if ((await lockConfig(tx, arn, caller)) === undefined) throw attachedNotFound(arn);
  const changed = await updateSettings(tx, announce, key, { code_signing_config_arn: arn });
  if (!changed) throw functionNotFound({ ...key, qualifier: undefined });
}
