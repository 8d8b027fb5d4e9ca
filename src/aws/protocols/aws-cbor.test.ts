import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../model/service-error.ts';
import { decodeCbor } from '../codecs/cbor-decode.ts';
import { encodeCbor } from '../codecs/cbor-encode.ts';
import { serviceModel } from '../schema/service-model.ts';
import { awsCbor11 } from './aws-cbor.ts';

const service = serviceModel('kinesis');

function operation(name: string) {
  const found = service.operation(name);
  if (found === undefined) throw new Error(`Kinesis has no ${name}`);
  return found;
}

describe('the CBOR of older SDKs', () => {
  test('has times in milliseconds and bytes as bytes, both ways', () => {
    const call = { operation: operation('GetShardIterator') } as Parameters<typeof awsCbor11.readInput>[0];
    const body = encodeCbor({ StreamName: 's', Timestamp: 1_700_000_000_123 });
    expect(awsCbor11.readInput(call, body)).toEqual({
      StreamName: 's',
      Timestamp: new Date(1_700_000_000_123),
    });
    const Records = [
      { Data: Buffer.from('x'), ApproximateArrivalTimestamp: new Date(1_700_000_000_123), PartitionKey: 'k' },
    ];
    const answer = awsCbor11.writeOutput(operation('GetRecords'), { Records, MillisBehindLatest: 0 }, 'id');
    expect(answer.headers['Content-Type']).toBe('application/x-amz-cbor-1.1');
    expect(decodeCbor(answer.body as Uint8Array)).toEqual({
      Records: [{ ...Records[0], ApproximateArrivalTimestamp: 1_700_000_000_123 }],
      MillisBehindLatest: 0,
    });
  });

  test('names errors in the body', () => {
    const error = new ServiceError('ResourceNotFoundException', 'Stream s not found.');
    const { status, body } = awsCbor11.writeError(service, error, 400, 'id');
    expect([status, decodeCbor(body as Uint8Array)]).toEqual([
      400,
      { __type: 'ResourceNotFoundException', message: 'Stream s not found.' },
    ]);
  });
});
