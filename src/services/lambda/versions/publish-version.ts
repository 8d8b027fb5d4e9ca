import { randomUUID } from 'node:crypto';
import type { FunctionConfiguration, PublishVersionRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { functionVersionArn, type StoredFunction } from '../../../model/stored-function.ts';
import { checkCodeStorage } from '../functions/code-storage.ts';
import { functionConfiguration } from '../functions/function-configuration.ts';
import {
  type FunctionKey,
  lockFunction,
  replaceVersionRow,
  requireFunction,
  retried,
} from '../functions/function-rows.ts';
import { checkRevision, checkUnqualified, checkUpdatable } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { publish } from './version-rows.ts';

export function publishVersion(
  deps: LambdaDependencies,
): OperationHandler<PublishVersionRequest, FunctionConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    if (input.PublishTo !== undefined) throw notImplementedYet('PublishTo: functions on managed instances');
    const version = await retried(reference, async () => await publishLatest(deps, reference, input));
    return functionConfiguration(version, functionVersionArn(version));
  };
}

async function publishLatest(
  { store, codeStorageLimitBytes }: LambdaDependencies,
  key: FunctionKey,
  input: PublishVersionRequest,
): Promise<StoredFunction> {
  return await store.write(async (tx, announce) => {
    await lockFunction(tx, key);
    const before = await requireFunction(tx, key);
    const latest = before.current;
    checkUpdatable(latest);
    checkRevision(latest, input.RevisionId);
    checkCode(latest, input.CodeSha256);
    const { version, isNew } = await publish(tx, announce, store, latest, input.Description, (made) => made);
    if (isNew) {
      await checkCodeStorage(tx, key, codeStorageLimitBytes);
      // Publishing gives `$LATEST` a new revision as well; on a lost race everything above is undone with it.
      const after = { ...before, current: { ...latest, revisionId: randomUUID() } };
      await replaceVersionRow(tx, announce, store, before, after);
    }
    return version;
  });
}

/** Throws when the caller expects other code than there is. */
function checkCode({ codeSha256 }: StoredFunction, expected: string | undefined): void {
  const actual = Buffer.from(codeSha256, 'hex').toString('base64');
  if (expected === undefined || expected === '' || expected === actual) return;
  throw invalidParameterValue(
    `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${actual}). ` +
      'Please try again with the CodeSHA256 in $LATEST.',
  );
}
