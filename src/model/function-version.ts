/**
 * What the invoke path needs to know of one published version or `$LATEST`: an immutable snapshot, kept in memory.
 * A new code or configuration makes a new snapshot with another `deploymentId`; environments belong to one
 * deployment and are retired with it.
 */
export interface FunctionVersion {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  /** `$LATEST` or a number as text. */
  readonly version: string;
  /** Unqualified function ARN. */
  readonly functionArn: string;
  /** Changes with every accepted code or configuration update, with nothing else. */
  readonly deploymentId: string;
  /** e.g. `nodejs22.x` */
  readonly runtime: string;
  readonly handler: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly ephemeralStorageMb: number;
  /** The user's own environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly role: string;
  /** ARN of where events go that it fails for; absent: nowhere. */
  readonly deadLetterTargetArn?: string;
  /** SHA-256 of the deployment package, lower-case hex: the name of its blob. */
  readonly codeSha256: string;
  /** The same of its layers, in order: later ones lie over earlier ones. */
  readonly layerSha256s: readonly string[];
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly applicationLogLevel: string | undefined;
  readonly systemLogLevel: string | undefined;
  /** X-Ray hears of its invocations: TracingConfig Active. */
  readonly isTraced?: boolean;
  /** Its environments are restored from where their initialisation ended: a published version with SnapStart. */
  readonly snapStart?: boolean;
  /** Invocations that one environment takes at once, on a managed instance; undefined: one, and no such instance. */
  readonly maxConcurrency?: number | undefined;
  /** On a managed instance: what an environment has for each vCPU. */
  readonly memoryMbPerVcpu?: number;
  /** No environment of it serves two tenants: every invocation says whose it is. */
  readonly isPerTenant?: boolean;
  /** In the environments of such a version: whose they are. */
  readonly tenantId?: string;
}
