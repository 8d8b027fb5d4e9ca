import type { FunctionUrlAuthType } from '@aws-sdk/client-lambda';
import type { AsyncInvoker } from '../../invoke/async/async-invoker.ts';
import type { FunctionInvoker } from '../../invoke/function-invoker.ts';
import type { Clock } from '../../model/clock.ts';
import type { DestinationTargets } from '../../model/destination-target.ts';
import type { CallerPolicies } from '../../model/identity/caller-identity.ts';
import type { ObjectReader } from '../../model/object-ports.ts';
import type { CompiledPolicy } from '../../model/policy/evaluate-policy.ts';
import type { ProvisionedStatus } from '../../model/provisioned-concurrency.ts';
import type { StoredFunction } from '../../model/stored-function.ts';
import type { Store } from '../../store/store.ts';
import type { PolledServices } from './event-source-mappings/source-rules.ts';

/** What the Lambda API needs from the rest of the platform. */
export interface LambdaDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly invoker: FunctionInvoker;
  readonly events: AsyncInvoker;
  readonly policies: ResourcePolicies;
  /** Where records and dead letters can go, beside functions. */
  readonly targets: DestinationTargets;
  /** What event source mappings can poll. */
  readonly sources: PolledServices;
  /** What packages and layers can be deployed from. */
  readonly objects: Pick<ObjectReader, 'open'>;
  readonly identities: CallerPolicies;
  readonly roles: ExecutionRoles;
  readonly runtimes: RuntimeSupport;
  /**
   * Makes the URL that is given out for a package or a layer; a plain GET on it must download the archive.
   * @param origin `http://host:port` of the request
   */
  readonly codeLocation: (origin: string, archive: Pick<StoredFunction, 'codeSha256'>) => string;
  /** The account's limit of concurrent executions, per Region. */
  readonly concurrentExecutions: number;
  /** What the packages of an account in a Region may take. */
  readonly codeStorageLimitBytes: number;
  /** Policies that let in anybody are refused. */
  readonly blocksPublicPolicies: boolean;
  /** A line in the platform's log, of what was done although something about it is amiss. */
  readonly warn: (message: string) => void;
  /** How far the platform is with a version's or alias's provisioned concurrency; undefined: it knows of none. */
  readonly provisionedStatus: (qualifiedArn: string) => ProvisionedStatus | undefined;
  /** Whom the URL of a function (with `:$LATEST`) or of an alias asks for a signature; undefined when it has none. */
  readonly urlAuthType: (qualifiedArn: string) => FunctionUrlAuthType | undefined;
  /** What functions on this machine run as. */
  readonly machineArchitecture: 'x86_64' | 'arm64';
}

/** The policies of all functions, versions and aliases, in memory: every request that names a function asks. */
export interface ResourcePolicies {
  /** Whether any policy denies anything to anyone. While none does, what is the caller's own needs no look-up. */
  readonly hasDeny: boolean;
  /** Another number after each change of any policy. */
  readonly generation: number;
  /** @param resourceArn with its qualifier */
  find(resourceArn: string): CompiledPolicy | undefined;
}

export interface ExecutionRoles {
  /** Whether Lambda may run a function of the account as this role. */
  canBeAssumed(roleArn: string, accountId: string): boolean;
}

export interface RuntimeSupport {
  /** Rejects with an Error that says what is missing when this machine cannot run the runtime. */
  resolve(runtime: string): Promise<unknown>;
}
