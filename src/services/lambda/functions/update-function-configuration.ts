import type { FunctionConfiguration, UpdateFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { functionArn, type FunctionRecord, type StoredFunction } from '../../../model/stored-function.ts';
import { admitLayers } from '../code-signing/package-signature.ts';
import { checkAwsRules } from './aws-field-rules.ts';
import { checkDeadLetterTarget } from './dead-letter-config.ts';
import { checkEnvironmentVariables } from './environment-variables.ts';
import { checkRole } from './execution-role.ts';
import { functionConfiguration } from './function-configuration.ts';
import { changeFunction, functionNotFound, requireFunction } from './function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkCombinedSize, resolveLayers } from '../layers/function-layers.ts';
import { mergeLogging } from './logging-configuration.ts';
import { checkManaged, managedInstances } from '../managed-instances/managed-function.ts';
import { checkRuntime } from './runtime-check.ts';
import { checkMemorySize } from './memory-check.ts';
import { checkSnapStart, snapStartSetting } from './snap-start-rules.ts';
import { activeTracing } from './tracing-setting.ts';
import { refuseUnbuiltFields } from './unbuilt-fields.ts';
import { checkRevision, checkUnqualified, checkUpdatable, withUpdate } from './update-rules.ts';

export function updateFunctionConfiguration(
  deps: LambdaDependencies,
): OperationHandler<UpdateFunctionConfigurationRequest, FunctionConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const key = { ...reference, qualifier: undefined };
    // A missing function is answered before what the request asks of it.
    const { current } = await requireFunction(deps.store.db, key);
    await checkInput(deps, input, current);
    const sender = { accountId: key.accountId, roleArn: input.Role ?? current.role };
    const deadLetters = await checkDeadLetterTarget(deps, sender, input.DeadLetterConfig);
    const layers = input.Layers && (await resolveLayers(deps, key, input.Layers, current.layers));
    if (layers !== undefined) await admitLayers(deps, key, layers, current.layers);
    const after = await changeFunction(deps.store, key, (before) => {
      checkRevision(before.current, input.RevisionId);
      checkUpdatable(before.current);
      if (layers !== undefined) checkCombinedSize(before.current.codeUnzippedBytes, layers);
      const changed = changes(before.current, input);
      const managed = managedChange({ ...before.current, ...changed }, input);
      checkManaged({ ...before.current, ...changed, ...managed });
      const snapStart = snapStartSetting(input.SnapStart, before.current.snapStart);
      checkSnapStart({ ...before.current, ...changed, ...managed, snapStart });
      const change = {
        ...changed,
        ...managed,
        ...(snapStart && { snapStart }),
        ...(layers && { layers }),
        ...(deadLetters !== undefined && { deadLetterTargetArn: deadLetters }),
      };
      return withoutEmptied(withUpdate(before, change, deps.clock.now()), input);
    });
    if (after === undefined) throw functionNotFound(key);
    return functionConfiguration(after.current, functionArn(key.accountId, key.region, key.name));
  };
}

async function checkInput(
  deps: LambdaDependencies,
  input: UpdateFunctionConfigurationRequest,
  current: StoredFunction,
): Promise<void> {
  if (input.CapacityProviderConfig !== undefined && current.managed === undefined) {
    throw invalidParameterValue("CapacityProviderConfig isn't supported for Lambda Default functions.");
  }
  checkMemorySize(input.MemorySize);
  if (input.Runtime !== undefined) await checkRuntime(deps, input.Runtime);
  if (input.Environment !== undefined) checkEnvironmentVariables(input.Environment.Variables ?? {});
  if (input.Role !== undefined) checkRole(deps, input.Role, current.accountId);
  checkAwsRules(input);
  refuseUnbuiltFields(input);
}

/** The stored fields a request names; what it does not name stays. */
function changes(before: StoredFunction, input: UpdateFunctionConfigurationRequest): Partial<StoredFunction> {
  return {
    description: input.Description ?? before.description,
    runtime: input.Runtime ?? before.runtime,
    handler: input.Handler ?? before.handler,
    role: input.Role ?? before.role,
    timeoutSeconds: input.Timeout ?? before.timeoutSeconds,
    memoryMb: input.MemorySize ?? before.memoryMb,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? before.ephemeralStorageMb,
    logging: mergeLogging(before.logging, input.LoggingConfig),
    ...activeTracing(input.TracingConfig),
    ...(input.Environment && { environment: input.Environment.Variables ?? {} }),
  };
}

/** Where the function runs stays; how many invocations an environment takes may change. */
function managedChange(
  changed: StoredFunction,
  { CapacityProviderConfig: config }: UpdateFunctionConfigurationRequest,
): Partial<StoredFunction> {
  return config === undefined ? {} : { managed: managedInstances(config, changed, changed, changed.managed) };
}

/**
 * AWS shows an empty map that a function was created with; one that an update brings ends the environment. An empty
 * dead-letter target ends that, SnapStart for `None` itself, and tracing for `PassThrough`.
 */
function withoutEmptied(after: FunctionRecord, change: UpdateFunctionConfigurationRequest): FunctionRecord {
  const endsEnvironment =
    change.Environment !== undefined && Object.keys(change.Environment.Variables ?? {}).length === 0;
  const endsDeadLetters = change.DeadLetterConfig !== undefined && !change.DeadLetterConfig.TargetArn;
  const endsSnapStart = change.SnapStart?.ApplyOn === 'None';
  const endsTracing = change.TracingConfig?.Mode === 'PassThrough';
  if (!endsEnvironment && !endsDeadLetters && !endsSnapStart && !endsTracing) return after;
  const { environment, deadLetterTargetArn, snapStart, tracing, ...current } = after.current;
  return {
    ...after,
    current: {
      ...current,
      ...(environment && !endsEnvironment && { environment }),
      ...(snapStart && !endsSnapStart && { snapStart }),
      ...(tracing && !endsTracing && { tracing }),
      ...(deadLetterTargetArn !== undefined && !endsDeadLetters && { deadLetterTargetArn }),
    },
  };
}
