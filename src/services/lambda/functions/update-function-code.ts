import type { FunctionConfiguration, UpdateFunctionCodeRequest } from '@aws-sdk/client-lambda';
import { createHash } from 'node:crypto';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { functionArn, functionVersionArn, type StoredFunction } from '../../../model/stored-function.ts';
import { admitPackage, configInUse } from '../code-signing/package-signature.ts';
import { checkCodeStorage } from './code-storage.ts';
import { receivePackage, storePackage } from './code-package.ts';
import { functionConfiguration } from './function-configuration.ts';
import { changeFunction, functionNotFound, requireFunction } from './function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkCombinedSize } from '../layers/function-layers.ts';
import { publish } from '../versions/version-rows.ts';
import { checkArchitecture } from './runtime-check.ts';
import { refuseUnbuiltFields } from './unbuilt-fields.ts';
import { beingCreated, checkRevision, checkUnqualified, checkUpdatable, withUpdate } from './update-rules.ts';

export function updateFunctionCode(
  deps: LambdaDependencies,
): OperationHandler<UpdateFunctionCodeRequest, FunctionConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const key = { ...reference, qualifier: undefined };
    const arn = functionArn(key.accountId, key.region, key.name);
    const check = (current: StoredFunction): void => {
      checkRevision(current, input.RevisionId);
      checkUpdatable(current);
    };
    // Checked before the package is looked at; the write below checks again, this time for certain.
    const { current } = await requireFunction(deps.store.db, key);
    if (input.ImageUri !== undefined) {
      throw invalidParameterValue(
        "Please don't provide ImageUri when updating a function with packageType Zip.",
      );
    }
    check(current);
    refuseUnbuiltFields(input);
    const architecture =
      input.Architectures === undefined ? current.architecture : checkArchitecture(deps, input.Architectures);
    const received = await receivePackage(deps, input, { region: key.region, context });
    checkCombinedSize(received.unzippedBytes, current.layers);
    admitPackage(deps, await configInUse(deps.store.db, key), received.paths, arn);
    if (input.DryRun === true) {
      const { zip } = received;
      const codeSha256 = createHash('sha256').update(zip).digest('hex');
      return functionConfiguration({ ...current, architecture, codeSha256, codeSize: zip.byteLength }, arn);
    }
    const code = await storePackage(deps.store.blobs, received);
    let published: StoredFunction | undefined;
    const after = await changeFunction(
      deps.store,
      key,
      (before) => {
        check(before.current);
        checkCombinedSize(code.codeUnzippedBytes, before.current.layers);
        return withUpdate(before, { ...code, architecture }, deps.clock.now());
      },
      async (tx, announce, change) => {
        if (input.Publish === true) {
          const latest = change.after.current;
          ({ version: published } = await publish(tx, announce, deps.store, latest, undefined, beingCreated));
        }
        await checkCodeStorage(tx, key, deps.codeStorageLimitBytes);
      },
    );
    if (after === undefined) throw functionNotFound(key);
    return published === undefined
      ? functionConfiguration(after.current, arn)
      : functionConfiguration(published, functionVersionArn(published));
  };
}
