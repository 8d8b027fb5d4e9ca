import { describe, expect, test } from 'vitest';
import { environmentVariables } from './environment-variables.ts';
import { functionVersion } from './testing/pool-fixture.ts';
import type { FunctionVersion } from '../model/function-version.ts';

function variables(
  version: Partial<FunctionVersion> = {},
  runtimeEnv: Record<string, string> = {},
): Record<string, string> {
  const full = functionVersion({ name: 'fn', version: '7', memoryMb: 256, handler: 'a.b', ...version });
  return environmentVariables({
    version: full,
    initializationType: 'on-demand',
    runtime: {
      id: full.runtime,
      protocol: 'frames',
      argv: () => ['x'],
      env: () => runtimeEnv,
      directories: [],
      warning: undefined,
    },
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token', expiresMs: 0 },
    logStream: '2026/01/31/[7]00',
    runtimeApi: '127.0.0.1:9001',
    credentialsToken: 'credentials',
    metadataToken: 'metadata-token',
    traceDaemon: undefined,
    endpointUrl: 'http://127.0.0.1:4566',
    inside: (path) => (/^\/(var\/task|tmp)/.test(path) ? `/host${path}` : path),
  });
}

describe('environment variables', () => {
  test('are all of them', () => {
    expect(variables({}, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', PATH: '/p' })).toEqual({
      AWS_ACCESS_KEY_ID: 'id',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/31/[7]00',
      AWS_LAMBDA_METADATA_API: '127.0.0.1:9001',
      AWS_LAMBDA_METADATA_TOKEN: 'metadata-token',
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
      AWS_REGION: 'us-east-1',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
      AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1:2000',
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      LAMBDA_TASK_ROOT: '/host/var/task',
      PATH: '/p',
      PWD: '/host/var/task',
      SHLVL: '0',
      TMPDIR: '/host/tmp',
      _AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1',
      _AWS_XRAY_DAEMON_PORT: '2000',
      _HANDLER: 'a.b',
    });
  });

  test("the user's own override what is not reserved, and nothing that is", () => {
    const environment = {
      MINE: '1',
      PATH: '/mine',
      AWS_ENDPOINT_URL: 'http://mine',
      TMPDIR: '/mine',
      AWS_REGION: 'mars-1',
      _HANDLER: 'x',
      AWS_EXECUTION_ENV: 'x',
      LAMBDA_RUNTIME_DIR: 'x',
    };
    expect(
      variables(
        { environment },
        { PATH: '/p', LAMBDA_RUNTIME_DIR: '/r', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
      ),
    ).toMatchObject({
      MINE: '1',
      PATH: '/mine',
      AWS_ENDPOINT_URL: 'http://mine',
      TMPDIR: '/mine',
      AWS_REGION: 'us-east-1',
      _HANDLER: 'a.b',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_RUNTIME_DIR: '/r',
    });
  });

  test('a custom runtime has no AWS_EXECUTION_ENV', () => {
    expect(variables({ runtime: 'provided.al2023' })).not.toHaveProperty('AWS_EXECUTION_ENV');
  });

  test('JSON logging is announced, text is not', () => {
    expect(variables()).not.toHaveProperty('AWS_LAMBDA_LOG_FORMAT');
    expect(variables({ logFormat: 'JSON' })).toMatchObject({
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_LEVEL: 'INFO',
    });
    expect(variables({ logFormat: 'JSON', applicationLogLevel: 'WARN' })).toMatchObject({
      AWS_LAMBDA_LOG_LEVEL: 'WARN',
    });
  });
});
