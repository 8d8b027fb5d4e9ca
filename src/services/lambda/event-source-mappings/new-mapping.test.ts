import { describe, expect, test } from 'vitest';
import { GOOD_REQUESTS, type SourceKind } from '../../../../test/support/mapping-requests.ts';
import type { StoredMapping } from '../../../model/stored-event-source-mapping.ts';
import type { MappingRequest } from './event-source.ts';
import { mappingConfiguration } from './mapping-configuration.ts';
import { newMapping } from './new-mapping.ts';

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:worker:$LATEST';
const UUID = '6f0a7c1e-0000-4000-8000-000000000000';

function created(kind: SourceKind, change: Partial<MappingRequest> = {}): StoredMapping {
  return newMapping({
    request: { ...GOOD_REQUESTS[kind], ...change },
    kind,
    accountId: '000000000000',
    region: 'us-east-1',
    uuid: UUID,
    functionArn: FUNCTION_ARN,
    nowMs: 1_700_000_000_123,
  });
}

/** As the API shows it, without what JSON leaves out. */
function shown(kind: SourceKind, change: Partial<MappingRequest> = {}): object {
  return { ...mappingConfiguration(created(kind, change)) };
}

const ALWAYS = {
  UUID,
  EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`,
  FunctionArn: FUNCTION_ARN,
  State: 'Creating',
  LastModified: new Date(1_700_000_000_123),
};

const STREAM_DEFAULTS = {
  ...ALWAYS,
  StateTransitionReason: 'User action',
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  FunctionResponseTypes: [],
  ParallelizationFactor: 1,
  BisectBatchOnFunctionError: false,
  MaximumRecordAgeInSeconds: -1,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
  DestinationConfig: { OnFailure: {} },
  LastProcessingResult: 'No records processed',
};

describe('newMapping', () => {
  test.each(['sqs', 'sqs-fifo'] as const)('fills in what %s shows', (kind) => {
    expect(shown(kind)).toStrictEqual({
      ...ALWAYS,
      ...GOOD_REQUESTS[kind],
      StateTransitionReason: 'USER_INITIATED',
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: [],
    });
  });

  test.each(['kinesis', 'dynamodb'] as const)('fills in what %s shows', (kind) => {
    expect(shown(kind)).toStrictEqual({ ...STREAM_DEFAULTS, ...GOOD_REQUESTS[kind] });
  });

  test('fills in what self-managed Kafka shows', () => {
    expect(shown('kafka')).toStrictEqual({
      ...ALWAYS,
      ...GOOD_REQUESTS.kafka,
      StateTransitionReason: 'USER_INITIATED',
      BatchSize: 100,
      StartingPosition: 'TRIM_HORIZON',
      SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: UUID },
    });
  });

  test('fills in what MSK shows', () => {
    const change = { AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'mine' } };
    expect(shown('msk', change)).toMatchObject({
      ...change,
      BatchSize: 100,
      StartingPosition: 'TRIM_HORIZON',
    });
  });

  test('gives a share group no position', () => {
    const SelfManagedKafkaEventSourceConfig = { ConsumptionMode: 'Queue' as const };
    const mapping = shown('kafka', { SelfManagedKafkaEventSourceConfig });
    expect(mapping).not.toHaveProperty('StartingPosition');
    expect(mapping).toMatchObject({
      SelfManagedKafkaEventSourceConfig: { ConsumptionMode: 'Queue', ConsumerGroupId: UUID },
    });
  });

  test('fills in what MQ and DocumentDB show', () => {
    expect(shown('mq')).toStrictEqual({
      ...ALWAYS,
      ...GOOD_REQUESTS.mq,
      StateTransitionReason: 'USER_INITIATED',
      BatchSize: 100,
    });
    expect(shown('documentdb')).toMatchObject({
      BatchSize: 100,
      DocumentDBEventSourceConfig: { DatabaseName: 'shop', FullDocument: 'Default' },
    });
  });

  test('shows what was set exactly as it was set', () => {
    const change = {
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 20,
      FilterCriteria: { Filters: [{ Pattern: '{ "data" : {"a":[1.0]} }' }] },
      MetricsConfig: { Metrics: ['EventCount' as const] },
      ParallelizationFactor: 3,
      MaximumRetryAttempts: 0,
      BisectBatchOnFunctionError: true,
      KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k',
      FunctionResponseTypes: ['ReportBatchItemFailures' as const],
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::bucket' } },
    };
    expect(shown('kinesis', change)).toStrictEqual({
      ...STREAM_DEFAULTS,
      ...GOOD_REQUESTS.kinesis,
      ...change,
    });
  });

  test('shows nothing of what creates nothing', () => {
    const empty = {
      FilterCriteria: { Filters: [] },
      KMSKeyArn: '',
      MetricsConfig: { Metrics: [] },
      ScalingConfig: {},
      ProvisionedPollerConfig: {},
      Tags: { a: 'b' },
      Enabled: true,
    };
    expect(shown('sqs', empty)).toStrictEqual(shown('sqs'));
    expect(shown('kinesis', { DestinationConfig: { OnFailure: { Destination: '' } } })).toStrictEqual(
      shown('kinesis'),
    );
  });

  test.each([
    ['sqs', { MinimumPollers: 2, MaximumPollers: 200 }],
    ['msk', { MinimumPollers: 1, MaximumPollers: 200 }],
  ] as const)('fills in the pollers of %s', (kind, expected) => {
    expect(shown(kind, { ProvisionedPollerConfig: { MaximumPollers: 200 } })).toMatchObject({
      ProvisionedPollerConfig: expected,
    });
  });

  test('keeps the timestamp to start from', () => {
    const timestamp = new Date(1_600_000_000_500);
    const mapping = created('kinesis', {
      StartingPosition: 'AT_TIMESTAMP',
      StartingPositionTimestamp: timestamp,
    });
    expect(mapping.startingPositionTimestampMs).toBe(1_600_000_000_500);
    expect(mappingConfiguration(mapping).StartingPositionTimestamp).toEqual(timestamp);
  });

  test('remembers whether it is to be enabled, and is plain JSON', () => {
    expect(created('sqs').enabled).toBe(true);
    const disabled = created('documentdb', { Enabled: false });
    expect(disabled).toMatchObject({ enabled: false, state: 'Creating' });
    expect(JSON.parse(JSON.stringify(disabled))).toStrictEqual(disabled);
  });
});
