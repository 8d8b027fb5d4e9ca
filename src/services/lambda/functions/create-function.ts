import { randomUUID } from 'node:crypto';
import type { CreateFunctionRequest, FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { type FunctionReference, parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { FUNCTION_NAME_LIMIT } from '../../../model/limits.ts';
import { functionArn, type StoredFunction } from '../../../model/stored-function.ts';
import { checkAwsRules, checkCreationRules } from './aws-field-rules.ts';
import { receivePackage, type StoredCode, storePackage } from './code-package.ts';
import { checkCodeStorage } from './code-storage.ts';
import { checkDeadLetterTarget } from './dead-letter-config.ts';
import { checkEnvironmentVariables } from './environment-variables.ts';
import { checkRole } from './execution-role.ts';
import { functionConfiguration } from './function-configuration.ts';
import { findFunction, functionExists } from './function-rows.ts';
import { insertFunction } from './insert-function.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkCombinedSize, resolveLayers } from '../layers/function-layers.ts';
import { defaultLogging, mergeLogging } from './logging-configuration.ts';
import { addTags } from '../tags/resource-tags.ts';
import { checkTags } from '../tags/tag-rules.ts';
import { attachConfig } from '../code-signing/attached-config.ts';
import { admitPackage, wantedConfig } from '../code-signing/package-signature.ts';
import { managedInstances } from '../managed-instances/managed-function.ts';
import { publishedVersion } from '../versions/published-version.ts';
import { checkArchitecture, checkRuntime } from './runtime-check.ts';
import { checkMemorySize } from './memory-check.ts';
import { checkSnapStart, snapStartSetting } from './snap-start-rules.ts';
import { refuseTenants, tenancySetting } from './tenancy-setting.ts';
import { activeTracing } from './tracing-setting.ts';
import { refuseUnbuiltFields } from './unbuilt-fields.ts';
import { BEING_CREATED, checkUnqualified } from './update-rules.ts';

type Draft = Omit<StoredFunction, keyof StoredCode>;

export function createFunction(
  deps: LambdaDependencies,
): OperationHandler<CreateFunctionRequest, FunctionConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkName(reference);
    checkCreationRules(input);
    // A function from an image has no runtime and no handler, so it is refused before these are asked for.
    refuseUnbuiltFields({ PackageType: input.PackageType });
    const draft = await draftFunction(deps, input, reference);
    const tags = input.Tags ?? {};
    checkTags(tags);
    checkAwsRules(input);
    checkSnapStart(draft);
    if (draft.managed !== undefined) refuseTenants(draft, 'CapacityProviderConfig');
    refuseUnbuiltFields(input);
    refuseUnbuiltFields(input.Code ?? {});
    checkRole(deps, draft.role, draft.accountId);
    const signingArn = input.CodeSigningConfigArn;
    const signing = await wantedConfig(deps.store.db, signingArn, context);
    const received = await receivePackage(deps, input.Code ?? {}, { region: reference.region, context });
    checkCombinedSize(received.unzippedBytes, draft.layers);
    // Asked before the package goes to disk; the insert asks again, this time for certain.
    if ((await findFunction(deps.store.db, reference)) !== undefined) throw functionExists(reference.name);
    admitPackage(deps, signing, received.paths, reference.name);
    const stored: StoredFunction = { ...draft, ...(await storePackage(deps.store.blobs, received)) };
    const arn = functionArn(stored.accountId, stored.region, stored.name);
    const published = input.Publish === true ? publishedVersion(stored, 1, undefined) : undefined;
    await insertFunction(deps.store, stored, published, async (tx, announce) => {
      await checkCodeStorage(tx, stored, deps.codeStorageLimitBytes);
      await addTags(tx, arn, tags);
      if (signingArn !== undefined) await attachConfig(tx, announce, stored, signingArn, context);
    });
    // With Publish the answer shows version 1, yet under the unqualified ARN, as AWS's does.
    return functionConfiguration(published ?? stored, arn);
  };
}

function checkName(reference: FunctionReference): void {
  checkUnqualified(reference);
  if (reference.name.length > FUNCTION_NAME_LIMIT) {
    throw invalidParameterValue(
      `1 validation error detected: Value '${reference.name}' at 'functionName' failed to satisfy constraint: ` +
        `Member must have length less than or equal to ${FUNCTION_NAME_LIMIT}`,
    );
  }
}

/** Everything but the code, checked and with Lambda's defaults. */
async function draftFunction(
  deps: LambdaDependencies,
  input: CreateFunctionRequest,
  reference: FunctionReference,
): Promise<Draft> {
  const { Runtime: runtime, Handler: handler, CapacityProviderConfig: managed } = input;
  if (runtime === undefined || handler === undefined || handler === '') {
    throw invalidParameterValue(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  checkMemorySize(input.MemorySize);
  await checkRuntime(deps, runtime);
  const environment = input.Environment && (input.Environment.Variables ?? {});
  if (environment !== undefined) checkEnvironmentVariables(environment);
  const deadLetterTargetArn = await checkDeadLetterTarget(
    deps,
    { accountId: reference.accountId, roleArn: input.Role },
    input.DeadLetterConfig,
  );
  const memoryMb = input.MemorySize ?? 128;
  const snapStart = snapStartSetting(input.SnapStart);
  const logging = mergeLogging(
    defaultLogging(reference.name),
    // The only format there is on managed instances.
    managed === undefined ? input.LoggingConfig : { LogFormat: 'JSON', ...input.LoggingConfig },
  );
  return {
    accountId: reference.accountId,
    region: reference.region,
    name: reference.name,
    version: '$LATEST',
    description: input.Description ?? '',
    runtime,
    handler,
    role: input.Role ?? '',
    ...(deadLetterTargetArn !== undefined && { deadLetterTargetArn }),
    timeoutSeconds: input.Timeout ?? 3,
    memoryMb,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? 512,
    architecture: checkArchitecture(deps, input.Architectures),
    ...(environment && { environment }),
    ...activeTracing(input.TracingConfig),
    ...(snapStart && { snapStart }),
    ...tenancySetting(input.TenancyConfig),
    layers: await resolveLayers(deps, reference, input.Layers ?? [], []),
    logging,
    ...(managed && { managed: managedInstances(managed, { runtime, memoryMb, logging }, reference) }),
    lastModifiedMs: deps.clock.now(),
    deploymentId: randomUUID(),
    revisionId: randomUUID(),
    state: 'Pending',
    stateReason: BEING_CREATED,
  };
}
