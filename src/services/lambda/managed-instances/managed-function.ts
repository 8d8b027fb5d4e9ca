import type { CapacityProviderConfig } from '@aws-sdk/client-lambda';
import type { Caller } from '../../../model/function-reference.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { memoryMbPerVcpu, type StoredManagedInstances } from '../../../model/managed-instances.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import { capacityProviderNotFound, machineProviderArn } from './capacity-provider.ts';

/** What AWS allows, and takes by default for Node.js, for each vCPU. */
const MOST_PER_VCPU = 64;
/** Runtimes whose bootstrap, ours or the package's, can have several events in hand. */
const CONCURRENT_RUNTIMES = /^(?:nodejs(?:2[2-9]|[3-9]\d)\.x|provided\.al2023)$/;

/** The part of a function that decides whether it can run on a managed instance. */
type Rated = Pick<StoredFunction, 'runtime' | 'memoryMb' | 'logging'>;

/**
 * Reads how a function runs on a managed instance. The machine is the only one there is, so its capacity provider is
 * the only one that can be named.
 * @throws ServiceError for another one, for what has no effect here, and for what managed instances do not run
 */
export function managedInstances(
  config: CapacityProviderConfig,
  rated: Rated,
  caller: Caller,
  before?: StoredManagedInstances,
): StoredManagedInstances {
  const managed = config.LambdaManagedInstancesCapacityProviderConfig;
  const arn = managed?.CapacityProviderArn ?? '';
  if (arn !== machineProviderArn(caller)) throw capacityProviderNotFound(arn, caller);
  const memoryGiBPerVcpu = managed?.ExecutionEnvironmentMemoryGiBPerVCpu ?? before?.memoryGiBPerVcpu;
  const ratio = memoryGiBPerVcpu === undefined ? {} : { memoryGiBPerVcpu };
  const asked = managed?.PerExecutionEnvironmentMaxConcurrency ?? before?.maxConcurrency;
  const stored = { maxConcurrency: asked ?? MOST_PER_VCPU * vcpus(rated.memoryMb, ratio), ...ratio };
  checkManaged({ ...rated, managed: stored });
  return stored;
}

/** Throws 400 for a function that a managed instance could not run; a default one passes. */
export function checkManaged({
  runtime,
  memoryMb,
  logging,
  managed,
}: Rated & Pick<StoredFunction, 'managed'>): void {
  if (managed === undefined) return;
  if (!CONCURRENT_RUNTIMES.test(runtime))
    throw notImplementedYet(`CapacityProviderConfig with runtime ${runtime}`);
  const leastMb = memoryMbPerVcpu(managed);
  if (memoryMb < leastMb) {
    throw invalidParameterValue(
      `'MemorySize' value failed to satisfy constraint: Member must have value greater than or equal to ${leastMb}`,
    );
  }
  if (logging.logFormat !== 'JSON') {
    throw invalidParameterValue('Functions with a capacity provider support only the JSON log format.');
  }
  const most = MOST_PER_VCPU * vcpus(memoryMb, managed);
  if (managed.maxConcurrency > most) {
    throw invalidParameterValue(
      `PerExecutionEnvironmentMaxConcurrency must not be greater than ${most}: ${MOST_PER_VCPU} for each vCPU.`,
    );
  }
}

/** 400 for what only functions of the default kind have. */
export function refuseManaged(stored: Pick<StoredFunction, 'managed'>, what: string): void {
  if (stored.managed === undefined) return;
  throw invalidParameterValue(`${what} isn't supported for functions with a capacity provider.`);
}

/** As the API shows it. */
export function capacityProviderConfig(stored: StoredFunction): {
  CapacityProviderConfig?: CapacityProviderConfig;
} {
  if (stored.managed === undefined) return {};
  return {
    CapacityProviderConfig: {
      LambdaManagedInstancesCapacityProviderConfig: {
        CapacityProviderArn: machineProviderArn(stored),
        PerExecutionEnvironmentMaxConcurrency: stored.managed.maxConcurrency,
        ...(stored.managed.memoryGiBPerVcpu !== undefined && {
          ExecutionEnvironmentMemoryGiBPerVCpu: stored.managed.memoryGiBPerVcpu,
        }),
      },
    },
  };
}

function vcpus(memoryMb: number, managed: Pick<StoredManagedInstances, 'memoryGiBPerVcpu'>): number {
  return Math.max(1, Math.floor(memoryMb / memoryMbPerVcpu(managed)));
}
