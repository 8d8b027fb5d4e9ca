import { randomUUID } from 'node:crypto';
import type { AliasConfiguration, CreateAliasRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { resourceConflict } from '../../../model/lambda-errors.ts';
import { aliasArn, type StoredAlias } from '../../../model/stored-alias.ts';
import type { Store } from '../../../store/store.ts';
import { lockFunction } from '../functions/function-rows.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { insertAlias } from './alias-rows.ts';
import { aliasConfiguration, checkVersions, requestedRouting } from './alias-rules.ts';

export function createAlias(
  deps: LambdaDependencies,
): OperationHandler<CreateAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const routing = requestedRouting(input.RoutingConfig);
    const alias: StoredAlias = {
      accountId: reference.accountId,
      region: reference.region,
      functionName: reference.name,
      name: input.Name ?? '',
      functionVersion: input.FunctionVersion ?? '',
      description: input.Description ?? '',
      ...(routing && { routing }),
      revisionId: randomUUID(),
    };
    await addAlias(deps.store, alias);
    return aliasConfiguration(alias);
  };
}

/** Throws 404 for a missing function or version, 409 for a name that is taken. */
export async function addAlias(store: Store, alias: StoredAlias): Promise<void> {
  const { accountId, region, functionName: name } = alias;
  await store.write(async (tx, announce) => {
    await lockFunction(tx, { accountId, region, name }, alias.functionVersion);
    await checkVersions(tx, alias);
    if (!(await insertAlias(tx, announce, alias))) {
      throw resourceConflict(`Alias already exists: ${aliasArn(alias)}`);
    }
  });
}
