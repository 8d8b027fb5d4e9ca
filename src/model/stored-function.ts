import type { FunctionVersion } from './function-version.ts';
import { memoryMbPerVcpu, type StoredManagedInstances } from './managed-instances.ts';

/** States and reasons are Lambda's words; these are the ones a function on this platform can be in. */
export type FunctionState = 'Pending' | 'Active' | 'Failed' | 'Deactivated';
export type UpdateStatus = 'Successful' | 'InProgress' | 'Failed';

/** Why a state is what it is: the text and the code AWS shows next to it. */
export interface StatusReason {
  readonly message: string;
  readonly code:
    | 'Creating'
    | 'InternalError'
    | 'InvalidRuntime'
    | 'InvalidZipFileException'
    | 'FunctionError';
}

export interface StoredLogging {
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  /** Set exactly when the format is JSON. */
  readonly applicationLogLevel?: string;
  readonly systemLogLevel?: string;
}

/**
 * A layer as a function holds it: found once, when the function took it. What becomes of the layer version afterwards
 * does not concern the function.
 */
export interface FunctionLayer {
  /** ARN of the layer version. */
  readonly arn: string;
  /** SHA-256 of the layer's archive, lower-case hex: the name of its blob. */
  readonly codeSha256: string;
  /** Size of the archive, bytes. */
  readonly codeSize: number;
  readonly codeUnzippedBytes: number;
}

/** Everything stored for one version of a function. Plain JSON: it is kept as a text column. */
export interface StoredFunction {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  /** `$LATEST` or a number as text. */
  readonly version: string;
  readonly description: string;
  /** On published versions: fingerprint of the content of `$LATEST` they were made from. */
  readonly publishedFrom?: string;
  /** e.g. `nodejs22.x` */
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  /** ARN of a queue or topic; absent when there is none. */
  readonly deadLetterTargetArn?: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly ephemeralStorageMb: number;
  readonly architecture: 'x86_64' | 'arm64';
  /** Absent when the user never gave any; `{}` when the user gave none. AWS shows the difference. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly logging: StoredLogging;
  /** SHA-256 of the deployment package, lower-case hex: the name of its blob. */
  readonly codeSha256: string;
  /** Size of the deployment package, bytes. */
  readonly codeSize: number;
  /** Size of what is in the deployment package, bytes. */
  readonly codeUnzippedBytes: number;
  /** In order: later ones lie over earlier ones. */
  readonly layers: readonly FunctionLayer[];
  /** X-Ray hears of its invocations. Absent where traces are only passed on. */
  readonly tracing?: 'Active';
  /** Published versions are initialised when they are published. Absent where they are not. */
  readonly snapStart?: 'PublishedVersions';
  /** Absent on functions of the default kind. */
  readonly managed?: StoredManagedInstances;
  /** Set when the function is made, and never again. Absent where environments serve everybody. */
  readonly tenancy?: 'PER_TENANT';
  /** Platform time of the last code or configuration update, milliseconds since the Unix epoch. */
  readonly lastModifiedMs: number;
  /** UUID; changes with every accepted code or configuration update, with nothing else. */
  readonly deploymentId: string;
  /** UUID; changes with everything that happens to the function, tags and state changes included. */
  readonly revisionId: string;
  readonly state: FunctionState;
  readonly stateReason?: StatusReason;
  /** Absent until the function has become active for the first time. */
  readonly lastUpdateStatus?: UpdateStatus;
  readonly lastUpdateStatusReason?: StatusReason;
}

/** A version as it is and, when that is something else, as invokes still see it. */
export interface FunctionRecord {
  readonly current: StoredFunction;
  /** Set while an update is in progress, and after one that failed: the configuration that still serves invokes. */
  readonly serving: StoredFunction | undefined;
}

/** The part of a stored row this module can read. */
export interface StoredFunctionRow {
  readonly configuration: string;
  readonly serving_configuration: string | null;
}

export function functionRecordOf(row: StoredFunctionRow): FunctionRecord {
  const serving = row.serving_configuration;
  return {
    current: readFunction(row.configuration),
    serving: serving === null ? undefined : readFunction(serving),
  };
}

/** Documents from before layers name none, and nobody measured their code unpacked. */
function readFunction(document: string): StoredFunction {
  const stored = JSON.parse(document) as Partial<StoredFunction>;
  return { layers: [], codeUnzippedBytes: 0, ...stored } as unknown as StoredFunction;
}

/** Unqualified ARN of a function. */
export function functionArn(accountId: string, region: string, name: string): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${accountId}:function:${name}`;
}

/** The second field of an ARN. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

/** ARN with the version: names the row in change feeds and blob references. */
export function functionVersionArn(stored: StoredFunction): string {
  return `${functionArn(stored.accountId, stored.region, stored.name)}:${stored.version}`;
}

/** `$LATEST` only says what its versions shall have. */
export function hasSnapStart({ snapStart, version }: StoredFunction): boolean {
  return snapStart !== undefined && version !== '$LATEST';
}

/** The immutable snapshot the invoke path works with. */
export function functionVersionOf(stored: StoredFunction): FunctionVersion {
  return {
    accountId: stored.accountId,
    region: stored.region,
    name: stored.name,
    version: stored.version,
    functionArn: functionArn(stored.accountId, stored.region, stored.name),
    deploymentId: stored.deploymentId,
    runtime: stored.runtime,
    handler: stored.handler,
    architecture: stored.architecture,
    memoryMb: stored.memoryMb,
    timeoutMs: stored.timeoutSeconds * 1000,
    ephemeralStorageMb: stored.ephemeralStorageMb,
    environment: stored.environment ?? {},
    role: stored.role,
    ...(stored.deadLetterTargetArn !== undefined && { deadLetterTargetArn: stored.deadLetterTargetArn }),
    codeSha256: stored.codeSha256,
    layerSha256s: stored.layers.map((layer) => layer.codeSha256),
    logGroup: stored.logging.logGroup,
    logFormat: stored.logging.logFormat,
    applicationLogLevel: stored.logging.applicationLogLevel,
    systemLogLevel: stored.logging.systemLogLevel,
    ...(stored.tracing === 'Active' && { isTraced: true }),
    ...(hasSnapStart(stored) && { snapStart: true }),
    maxConcurrency: stored.managed?.maxConcurrency,
    ...(stored.managed && { memoryMbPerVcpu: memoryMbPerVcpu(stored.managed) }),
    isPerTenant: stored.tenancy === 'PER_TENANT',
  };
}
