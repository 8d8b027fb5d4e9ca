import { createHash } from 'node:crypto';
import type { FunctionConfiguration, Runtime } from '@aws-sdk/client-lambda';
import { hasSnapStart, partitionOf, type StoredFunction } from '../../../model/stored-function.ts';
import { tenancyConfig } from './tenancy-setting.ts';
import { capacityProviderConfig } from '../managed-instances/managed-function.ts';

/**
 * A version as the API shows it. Clients trip over extra and missing fields, so what is never set is absent, and the
 * defaults are always there.
 * @param arn the ARN to show: qualified or not, as the caller asked
 */
export function functionConfiguration(stored: StoredFunction, arn: string): FunctionConfiguration {
  return {
    ...listedConfiguration(stored, arn),
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(stored) },
    State: stored.state,
    ...(stored.stateReason && {
      StateReason: stored.stateReason.message,
      StateReasonCode: stored.stateReason.code,
    }),
    ...(stored.lastUpdateStatus && { LastUpdateStatus: stored.lastUpdateStatus }),
    ...(stored.lastUpdateStatusReason && {
      LastUpdateStatusReason: stored.lastUpdateStatusReason.message,
      // Real answers to updates carry `Creating`, which the model's enumeration does not list.
      LastUpdateStatusReasonCode: stored.lastUpdateStatusReason.code as 'InternalError',
    }),
  };
}

/** The shorter form of the List operations: without states and runtime version. */
export function listedConfiguration(stored: StoredFunction, arn: string): FunctionConfiguration {
  const { logFormat, logGroup, applicationLogLevel, systemLogLevel } = stored.logging;
  return {
    FunctionName: stored.name,
    FunctionArn: arn,
    Runtime: stored.runtime as Runtime,
    Role: stored.role,
    Handler: stored.handler,
    CodeSize: stored.codeSize,
    Description: stored.description,
    Timeout: stored.timeoutSeconds,
    MemorySize: stored.memoryMb,
    LastModified: timestamp(stored.lastModifiedMs),
    CodeSha256: Buffer.from(stored.codeSha256, 'hex').toString('base64'),
    Version: stored.version,
    ...(stored.environment && { Environment: { Variables: stored.environment } }),
    ...(stored.layers.length > 0 && {
      Layers: stored.layers.map(({ arn: Arn, codeSize: CodeSize }) => ({ Arn, CodeSize })),
    }),
    ...(stored.deadLetterTargetArn !== undefined && {
      DeadLetterConfig: { TargetArn: stored.deadLetterTargetArn },
    }),
    TracingConfig: { Mode: stored.tracing ?? 'PassThrough' },
    RevisionId: stored.revisionId,
    PackageType: 'Zip',
    Architectures: [stored.architecture],
    EphemeralStorage: { Size: stored.ephemeralStorageMb },
    SnapStart: {
      ApplyOn: stored.snapStart ?? 'None',
      OptimizationStatus: hasSnapStart(stored) && stored.state !== 'Failed' ? 'On' : 'Off',
    },
    LoggingConfig: {
      LogFormat: logFormat,
      ...(applicationLogLevel && { ApplicationLogLevel: applicationLogLevel as 'INFO' }),
      ...(systemLogLevel && { SystemLogLevel: systemLogLevel as 'INFO' }),
      LogGroup: logGroup,
    },
    ...capacityProviderConfig(stored),
    ...tenancyConfig(stored),
  };
}

/** `2026-01-12T15:32:21.123+0000`: milliseconds, and an offset without a colon. */
export function timestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+0000');
}

/** The runtimes here have no versions of AWS's, so the same runtime always shows the same made-up one. */
function runtimeVersionArn(stored: StoredFunction): string {
  const version = createHash('sha256').update(stored.runtime).digest('hex');
  return `arn:${partitionOf(stored.region)}:lambda:${stored.region}::runtime:${version}`;
}
