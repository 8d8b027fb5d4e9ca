import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { runtimeStanding, SUPPORTED_RUNTIMES } from '../../../model/runtime-names.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

/** Throws InvalidParameterValueException unless Lambda accepts the runtime and this machine can run it. */
export async function checkRuntime(deps: LambdaDependencies, runtime: string): Promise<void> {
  const standing = runtimeStanding(runtime);
  if (standing === 'deprecated') {
    throw invalidParameterValue(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. ` +
        'We recommend you use a supported runtime while creating or updating functions.',
    );
  }
  if (standing === 'unknown') {
    throw invalidParameterValue(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ` +
        `[${SUPPORTED_RUNTIMES.join(', ')}] or be a valid ARN`,
    );
  }
  try {
    await deps.runtimes.resolve(runtime);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidParameterValue(`The runtime ${runtime} cannot run on this machine: ${reason}`);
  }
}

/** The architecture to store. Without a choice it is this machine's, the only one that can run here. */
export function checkArchitecture(
  deps: LambdaDependencies,
  architectures: readonly string[] | undefined,
): 'x86_64' | 'arm64' {
  const wanted = architectures?.[0];
  if (wanted !== undefined && wanted !== deps.machineArchitecture) {
    throw invalidParameterValue(
      `Architectures ${wanted} cannot run on this machine: it runs ${deps.machineArchitecture} functions.`,
    );
  }
  return deps.machineArchitecture;
}
