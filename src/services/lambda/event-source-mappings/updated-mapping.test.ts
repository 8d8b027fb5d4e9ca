import { describe, expect, test } from 'vitest';
import { GOOD_REQUESTS, SECRET, type SourceKind } from '../../../../test/support/mapping-requests.ts';
import type { StoredMapping } from '../../../model/stored-event-source-mapping.ts';
import { checkDuplicate } from './duplicate-mapping.ts';
import type { MappingRequest } from './event-source.ts';
import { newMapping } from './new-mapping.ts';
import { deletedMapping, updatedMapping } from './updated-mapping.ts';

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:worker';
const LATER_MS = 2000;

function settled(kind: SourceKind, change: Partial<MappingRequest> = {}): StoredMapping {
  const request = { ...GOOD_REQUESTS[kind], ...change };
  const identity = { accountId: '000000000000', region: 'us-east-1', uuid: 'u-1', functionArn: FUNCTION_ARN };
  return { ...newMapping({ ...identity, request, kind, nowMs: 1000 }), state: 'Enabled' };
}

describe('updatedMapping', () => {
  test('replaces what is named and keeps the rest', () => {
    const before = settled('kinesis', { MaximumRetryAttempts: 5, ParallelizationFactor: 2 });
    const after = updatedMapping(
      before,
      { MaximumRetryAttempts: 7, BatchSize: undefined },
      undefined,
      LATER_MS,
    );
    expect(after).toStrictEqual({
      ...before,
      state: 'Updating',
      lastModifiedMs: LATER_MS,
      settings: { ...before.settings, MaximumRetryAttempts: 7 },
    });
  });

  test('follows Enabled, and another function', () => {
    const before = settled('sqs');
    const off = updatedMapping(before, { Enabled: false }, `${FUNCTION_ARN}:live`, LATER_MS);
    expect(off).toMatchObject({ enabled: false, state: 'Disabling', functionArn: `${FUNCTION_ARN}:live` });
    expect(
      updatedMapping({ ...off, state: 'Disabled' }, { Enabled: true }, undefined, LATER_MS),
    ).toMatchObject({
      enabled: true,
      state: 'Enabling',
    });
    expect(
      updatedMapping({ ...off, state: 'Disabled' }, { BatchSize: 5 }, undefined, LATER_MS),
    ).toMatchObject({
      enabled: false,
      state: 'Updating',
    });
  });

  test('clears with what is empty', () => {
    const before = settled('sqs', {
      ScalingConfig: { MaximumConcurrency: 5 },
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":["x"]}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const changes = { ScalingConfig: {}, FilterCriteria: { Filters: [] }, FunctionResponseTypes: [] };
    expect(updatedMapping(before, changes, undefined, LATER_MS).settings).toStrictEqual(
      settled('sqs').settings,
    );
  });

  test('holds the result to the rules', () => {
    const provisioned = settled('sqs', { ProvisionedPollerConfig: { MinimumPollers: 3 } });
    const scaled = { ScalingConfig: { MaximumConcurrency: 5 } };
    expect(() => updatedMapping(provisioned, scaled, undefined, LATER_MS)).toThrow(
      'cannot be specified together',
    );
    const freed = { ...scaled, ProvisionedPollerConfig: {} };
    expect(updatedMapping(provisioned, freed, undefined, LATER_MS).settings).toMatchObject(scaled);
    expect(() => updatedMapping(settled('sqs'), { BatchSize: 50 }, undefined, LATER_MS)).toThrow(
      'Maximum batch window in seconds must be greater than 0',
    );
    expect(() => updatedMapping(settled('sqs'), { ParallelizationFactor: 2 }, undefined, LATER_MS)).toThrow(
      "Unsupported 'parallelizationFactor' parameter for given event source mapping type.",
    );
  });

  test('does not change what a mapping reads as whom', () => {
    const before = settled('kafka');
    const group = (ConsumerGroupId: string) => ({ SelfManagedKafkaEventSourceConfig: { ConsumerGroupId } });
    expect(() => updatedMapping(before, group('other'), undefined, LATER_MS)).toThrow(
      'ConsumerGroupId cannot be changed',
    );
    expect(updatedMapping(before, group('u-1'), undefined, LATER_MS).settings).toStrictEqual(before.settings);
    expect(
      updatedMapping(before, { SelfManagedKafkaEventSourceConfig: {} }, undefined, LATER_MS).settings,
    ).toStrictEqual(before.settings);
    const host = { SourceAccessConfigurations: [{ Type: 'VIRTUAL_HOST' as const, URI: '/' }] };
    expect(() => updatedMapping(settled('mq'), host, undefined, LATER_MS)).toThrow('VIRTUAL_HOST');
  });

  test('keeps the virtual host and the consumer group that were set', () => {
    const access = { Type: 'BASIC_AUTH' as const, URI: SECRET };
    const host = { Type: 'VIRTUAL_HOST' as const, URI: '/' };
    const rabbit = settled('mq', { SourceAccessConfigurations: [access, host] });
    const other = { ...access, URI: `${SECRET}-2` };
    const moved = updatedMapping(rabbit, { SourceAccessConfigurations: [other] }, undefined, LATER_MS);
    expect(moved.settings.SourceAccessConfigurations).toStrictEqual([other, host]);
    const group = { ConsumerGroupId: 'mine', ConsumptionMode: 'Stream' as const };
    const kafka = settled('kafka', { SelfManagedKafkaEventSourceConfig: group });
    const touched = updatedMapping(kafka, { SelfManagedKafkaEventSourceConfig: {} }, undefined, LATER_MS);
    expect(touched.settings.SelfManagedKafkaEventSourceConfig).toStrictEqual(group);
  });

  test.each(['Creating', 'Updating', 'Enabling', 'Disabling', 'Deleting'] as const)(
    'waits while %s',
    (state) => {
      const before = { ...settled('sqs'), state };
      expect(() => updatedMapping(before, {}, undefined, LATER_MS)).toThrow(
        expect.objectContaining({
          code: 'ResourceInUseException',
          message: 'Cannot update the event source mapping because it is in use.',
        }) as Error,
      );
      expect(() => deletedMapping(before, LATER_MS)).toThrow(
        expect.objectContaining({
          code: 'ResourceInUseException',
          message: 'Cannot delete the event source mapping because it is in use.',
        }) as Error,
      );
    },
  );

  test('a deleted mapping is Deleting', () => {
    expect(deletedMapping(settled('sqs'), LATER_MS)).toMatchObject({
      state: 'Deleting',
      lastModifiedMs: LATER_MS,
    });
  });
});

describe('checkDuplicate', () => {
  const again = 'already exists. Please update or delete the existing mapping with UUID u-1';

  test.each([
    [
      'sqs',
      `An event source mapping with SQS arn (" ${GOOD_REQUESTS.sqs.EventSourceArn} ") and function (" worker ") ${again}`,
    ],
    [
      'kinesis',
      `The event source arn (" ${GOOD_REQUESTS.kinesis.EventSourceArn} ") and function (" worker ") provided mapping ${again}`,
    ],
    [
      'kafka',
      `An event source mapping with event source ("kafka1:9092,kafka2:9092"), function ("${FUNCTION_ARN}"), topics ("orders") ${again}`,
    ],
  ] as const)("says it of %s in AWS's words", (kind, message) => {
    const other = { ...settled(kind), uuid: 'u-2' };
    expect(() => checkDuplicate(other, [settled('mq'), settled(kind)])).toThrow(
      expect.objectContaining({ code: 'ResourceConflictException', message }) as Error,
    );
  });

  test('lets another function, source, topic or queue be', () => {
    const others = [
      { ...settled('sqs'), functionArn: `${FUNCTION_ARN}:live` },
      settled('sqs-fifo'),
      settled('kafka', { Topics: ['returns'] }),
      settled('mq', { Queues: ['returns'] }),
    ];
    for (const kind of ['sqs', 'kafka', 'mq', 'kinesis'] as const) {
      expect(() => checkDuplicate(settled(kind), others)).not.toThrow();
    }
    expect(() => checkDuplicate(settled('sqs'), [])).not.toThrow();
  });
});
