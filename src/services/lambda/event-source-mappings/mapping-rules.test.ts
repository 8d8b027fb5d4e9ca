import { describe, expect, test } from 'vitest';
import {
  DOCUMENTED_REFUSALS,
  KNOWN_REFUSALS,
  UNSUPPORTED_PARAMETERS,
} from '../../../../test/support/mapping-refusals.ts';
import {
  GOOD_REQUESTS,
  SECRET,
  SOURCE_KINDS,
  type SourceKind,
} from '../../../../test/support/mapping-requests.ts';
import type { MappingRequest } from './event-source.ts';
import { checkMapping, checkTarget } from './mapping-rules.ts';

const NOW_MS = Date.UTC(2026, 5, 1);

function requestFor(kind: SourceKind, change: Partial<MappingRequest> = {}): MappingRequest {
  return { ...GOOD_REQUESTS[kind], ...change };
}

describe('checkMapping', () => {
  test.each(SOURCE_KINDS)('knows %s', (kind) => {
    expect(checkMapping(requestFor(kind), NOW_MS)).toBe(kind);
  });

  test.each<[SourceKind, Partial<MappingRequest>]>([
    ['sqs', { BatchSize: 10_000, MaximumBatchingWindowInSeconds: 1 }],
    ['sqs', { ScalingConfig: { MaximumConcurrency: 2 }, FunctionResponseTypes: ['ReportBatchItemFailures'] }],
    ['sqs', { ScalingConfig: {}, ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 2 } }],
    ['sqs', { FilterCriteria: { Filters: [] }, Tags: { a: 'b' }, KMSKeyArn: '' }],
    ['sqs', { FilterCriteria: { Filters: [{ Pattern: '{"body":["plain"]}' }] } }],
    ['sqs', { MetricsConfig: { Metrics: ['EventCount'] } }],
    ['sqs-fifo', { BatchSize: 10, MaximumBatchingWindowInSeconds: 0 }],
    ['kinesis', { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1600000000' }],
    ['kinesis', { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(NOW_MS) }],
    ['kinesis', { BatchSize: 10_000, MaximumRecordAgeInSeconds: 60, ParallelizationFactor: 10 }],
    [
      'kinesis',
      { MaximumRecordAgeInSeconds: -1, TumblingWindowInSeconds: 30, BisectBatchOnFunctionError: true },
    ],
    ['kinesis', { DestinationConfig: { OnFailure: { Destination: '' } } }],
    ['kinesis', { DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::bucket' } } }],
    [
      'dynamodb',
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sns:us-east-1:000000000000:t' } } },
    ],
    [
      'dynamodb',
      {
        FilterCriteria: {
          Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"a":{"S":["x"]}}}}' }],
        },
      },
    ],
    ['msk', { SourceAccessConfigurations: [{ Type: 'SASL_SCRAM_512_AUTH', URI: SECRET }] }],
    [
      'msk',
      {
        LoggingConfig: { SystemLogLevel: 'DEBUG' },
        MetricsConfig: { Metrics: ['KafkaMetrics', 'ErrorCount'] },
      },
    ],
    ['msk', { ProvisionedPollerConfig: { PollerGroupName: 'shared' }, MaximumRetryAttempts: 3 }],
    [
      'kafka',
      {
        ProvisionedPollerConfig: { MinimumPollers: 1 },
        DestinationConfig: { OnFailure: { Destination: 'kafka://dead' } },
      },
    ],
    ['kafka', { SelfManagedKafkaEventSourceConfig: { ConsumptionMode: 'Queue', ConsumerGroupId: 'g' } }],
    [
      'kafka',
      {
        SourceAccessConfigurations: [
          { Type: 'IAM_OAUTHBEARER_AUTH' },
          { Type: 'OAUTHBEARER_AUDIENCE', URI: 'a' },
        ],
      },
    ],
    [
      'kafka',
      {
        SourceAccessConfigurations: [
          { Type: 'VPC_SUBNET', URI: 'subnet-1' },
          { Type: 'VPC_SECURITY_GROUP', URI: 'sg-1' },
        ],
      },
    ],
    [
      'mq',
      {
        SourceAccessConfigurations: [
          { Type: 'BASIC_AUTH', URI: SECRET },
          { Type: 'VIRTUAL_HOST', URI: '/' },
        ],
      },
    ],
    ['documentdb', { MaximumBatchingWindowInSeconds: 300, BatchSize: 1 }],
  ])('takes %s with %j', (kind, change) => {
    expect(checkMapping(requestFor(kind, change), NOW_MS)).toBe(kind);
  });

  test.each([...KNOWN_REFUSALS, ...UNSUPPORTED_PARAMETERS, ...DOCUMENTED_REFUSALS])(
    'refuses $kind with $change',
    ({ kind, change, message }) => {
      expect(() => checkMapping(requestFor(kind, change), NOW_MS)).toThrow(
        expect.objectContaining({ code: 'InvalidParameterValueException', message }) as Error,
      );
    },
  );

  test('takes no time that a date cannot hold', () => {
    const change = { StartingPosition: 'AT_TIMESTAMP' as const, StartingPositionTimestamp: new Date(1e18) };
    expect(() => checkMapping(requestFor('kinesis', change), NOW_MS)).toThrow('cannot be in the future');
  });

  test.each([
    'arn:aws:sqs:us-east-1:000000000000:',
    'arn:aws:sqs:us-east-1:000000000000:a/b',
    'arn:aws:kinesis:us-east-1:000000000000:clicks',
    'arn:aws:dynamodb:us-east-1:000000000000:table/carts',
    'arn:aws:constructor:us-east-1:000000000000:x',
    'arn:aws:s3:::bucket',
    'nonsense',
  ])('cannot poll %s', (arn) => {
    expect(() => checkMapping({ EventSourceArn: arn }, NOW_MS)).toThrow(`Unsupported source arn : ${arn}`);
  });
});

describe('checkTarget', () => {
  test('wants messages to stay hidden while the function runs', () => {
    expect(() => checkTarget('sqs', { timeoutSeconds: 60 }, { visibilityTimeoutSeconds: 30 })).toThrow(
      'Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
    );
    expect(() => checkTarget('sqs', { timeoutSeconds: 30 }, { visibilityTimeoutSeconds: 30 })).not.toThrow();
    expect(() => checkTarget('sqs', { timeoutSeconds: 900 })).not.toThrow();
  });

  test.each(['msk', 'kafka', 'mq', 'documentdb'] as const)('gives functions of %s 14 minutes', (kind) => {
    expect(() => checkTarget(kind, { timeoutSeconds: 840 })).not.toThrow();
    expect(() => checkTarget(kind, { timeoutSeconds: 841 })).toThrow('Function timeout: 841 seconds');
  });
});
