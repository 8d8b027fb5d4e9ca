import { randomUUID } from 'node:crypto';
import type { AliasConfiguration, UpdateAliasRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { resourceNotFound } from '../../../model/lambda-errors.ts';
import { type StoredAlias, versionsOf } from '../../../model/stored-alias.ts';
import { checkProvisionableVersions, findProvisioned } from '../concurrency/provisioned-rows.ts';
import { askedArn, type FunctionKey, lockFunction, retried } from '../functions/function-rows.ts';
import { refuseProvisioned } from '../functions/snap-start-rules.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findAlias, replaceAlias } from './alias-rows.ts';
import { aliasConfiguration, checkAliasRevision, checkVersions, requestedRouting } from './alias-rules.ts';

export function updateAlias(
  deps: LambdaDependencies,
): OperationHandler<UpdateAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    return aliasConfiguration(await retried(reference, async () => await update(deps, reference, input)));
  };
}

async function update(
  { store }: LambdaDependencies,
  key: FunctionKey,
  input: UpdateAliasRequest,
): Promise<StoredAlias> {
  const name = input.Name ?? '';
  return await store.write(async (tx, announce) => {
    await lockFunction(tx, key);
    const before = await findAlias(tx, key, name);
    if (before === undefined)
      throw resourceNotFound(`Alias not found: ${askedArn({ ...key, qualifier: name })}`);
    checkAliasRevision(before, input.RevisionId);
    const after = changed(before, input);
    const targets = await checkVersions(tx, after);
    const provisioned = await findProvisioned(tx, key);
    // It takes its environments along.
    if (provisioned.has(name)) {
      const known = new Set(versionsOf(before));
      const fresh = versionsOf(after).filter((version) => !known.has(version));
      checkProvisionableVersions(fresh, provisioned);
      refuseProvisioned(targets);
    }
    await replaceAlias(tx, announce, before, after);
    return after;
  });
}

/** What the request does not name stays; an empty map of weights ends the routing. */
function changed({ routing: old, ...before }: StoredAlias, input: UpdateAliasRequest): StoredAlias {
  const routing = input.RoutingConfig === undefined ? old : requestedRouting(input.RoutingConfig);
  return {
    ...before,
    functionVersion: input.FunctionVersion ?? before.functionVersion,
    description: input.Description ?? before.description,
    ...(routing && { routing }),
    revisionId: randomUUID(),
  };
}
