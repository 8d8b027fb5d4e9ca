import type { FunctionVersion } from '../model/function-version.ts';
import type { ExecutionCredentials } from './execution-credentials.ts';
import type { InitializationType } from './initialization-type.ts';
import type { ResolvedRuntime } from './runtime-catalog.ts';
import { CREDENTIALS_PATH } from './runtime-api/credentials-route.ts';

export interface VariableSources {
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly runtime: ResolvedRuntime;
  readonly credentials: ExecutionCredentials;
  readonly logStream: string;
  /** `host:port` of the environment's Runtime API. */
  readonly runtimeApi: string;
  /** Opens the metadata endpoint, which has the same address. */
  readonly metadataToken: string;
  /** Opens the endpoint that has credentials, at the same address. */
  readonly credentialsToken: string;
  /** `host:port` of X-Ray's daemon; undefined: there is none. */
  readonly traceDaemon: string | undefined;
  /** Where the platform's own AWS APIs are. */
  readonly endpointUrl: string;
  /** Maps a path like `/var/task` to where the process sees it. */
  readonly inside: (path: string) => string;
}

/** Of the variables a runtime brings along, those a user may not override. */
const RESERVED_OF_RUNTIME: readonly string[] = [
  'AWS_EXECUTION_ENV',
  'LAMBDA_RUNTIME_DIR',
  '_LAMBDA_TELEMETRY_LOG_FD',
];

/** What is said where nobody listens: functions read it at their start, traced or not. */
const DAEMON_OF_AWS = '169.254.100.1:2000';

/** What Lambda keeps from external extensions. */
const HIDDEN_FROM_EXTENSIONS: readonly string[] = [
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_XRAY_CONTEXT_MISSING',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
  '_AWS_XRAY_DAEMON_ADDRESS',
  '_AWS_XRAY_DAEMON_PORT',
  '_HANDLER',
  // They have no such descriptor.
  '_LAMBDA_TELEMETRY_LOG_FD',
];

/**
 * The whole environment of a function's process, from the weakest source to the strongest: defaults a user may
 * override, the user's own, the reserved ones.
 */
export function environmentVariables(sources: VariableSources): Record<string, string> {
  const ofRuntime = sources.runtime.env(sources.inside);
  const variables: Record<string, string> = {
    ...overridable(sources),
    ...ofRuntime,
    ...sources.version.environment,
    ...reserved(sources),
  };
  for (const name of RESERVED_OF_RUNTIME) {
    const value = ofRuntime[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/** The same for an external extension, which is a program of its own and starts in `/`. */
export function extensionVariables(
  variables: Readonly<Record<string, string>>,
  version: FunctionVersion,
): Record<string, string> {
  const shown: Record<string, string> = { ...variables, PWD: '/' };
  for (const name of HIDDEN_FROM_EXTENSIONS) delete shown[name];
  // Options of the runtime's own interpreter say nothing to the one that a script names.
  if (version.environment['NODE_OPTIONS'] === undefined) delete shown['NODE_OPTIONS'];
  return shown;
}

function overridable({
  endpointUrl,
  traceDaemon = DAEMON_OF_AWS,
  inside,
}: VariableSources): Record<string, string> {
  return {
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: traceDaemon,
    AWS_ENDPOINT_URL: endpointUrl,
    ...temporaryVariable(inside),
  };
}

/** Where /tmp is another directory of the host, programs that ask for a temporary one must find it. */
export function temporaryVariable(inside: (path: string) => string): Record<string, string> {
  const temporary = inside('/tmp');
  return temporary === '/tmp' ? {} : { TMPDIR: temporary };
}

function reserved(sources: VariableSources) {
  const { version, runtime, runtimeApi, inside, traceDaemon = DAEMON_OF_AWS } = sources;
  const [daemonHost = '', daemonPort = ''] = traceDaemon.split(':');
  return {
    AWS_REGION: version.region,
    AWS_DEFAULT_REGION: version.region,
    AWS_LAMBDA_FUNCTION_NAME: version.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: sources.initializationType,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_METADATA_API: runtimeApi,
    AWS_LAMBDA_METADATA_TOKEN: sources.metadataToken,
    _AWS_XRAY_DAEMON_ADDRESS: daemonHost,
    _AWS_XRAY_DAEMON_PORT: daemonPort,
    _HANDLER: version.handler,
    LAMBDA_TASK_ROOT: inside('/var/task'),
    LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
    PWD: inside('/var/task'),
    SHLVL: '0',
    ...(version.maxConcurrency === undefined
      ? {}
      : { AWS_LAMBDA_MAX_CONCURRENCY: String(version.maxConcurrency) }),
    ...(isCustom(runtime) ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime.id}` }),
    ...loggingVariables(version),
    ...(sources.initializationType === 'snap-start' ? lasting(sources) : ofOneStart(sources)),
  };
}

/** What was true when the environment initialised would not be for every environment restored from it. */
function lasting({ runtimeApi, credentialsToken }: VariableSources): Record<string, string> {
  return {
    // SDKs take them from no other host in the clear.
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${runtimeApi.split(':').at(-1)}${CREDENTIALS_PATH}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: credentialsToken,
  };
}

function ofOneStart({ version, credentials, logStream }: VariableSources): Record<string, string> {
  return {
    AWS_LAMBDA_LOG_GROUP_NAME: version.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}

/** Only for the JSON format: that is when AWS sets them, and levels are refused with the text format. */
function loggingVariables({ logFormat, applicationLogLevel }: FunctionVersion): Record<string, string> {
  if (logFormat !== 'JSON') return {};
  return { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: applicationLogLevel ?? 'INFO' };
}

/** `provided.al2023` and its like: the package brings its own `bootstrap`. */
export function isCustom(runtime: ResolvedRuntime): boolean {
  return runtime.id.startsWith('provided');
}
