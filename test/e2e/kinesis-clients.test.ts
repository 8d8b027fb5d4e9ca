import { randomUUID } from 'node:crypto';
import { cbor as cborCodec, SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { GetRecordsCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/commands.ts';
import { AWS_ENVIRONMENT, installedBoto3, installedClis } from '../support/aws-clis.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { iteratorOf, kinesisFor, makeStream, readFrom, textsOf } from '../support/streams.ts';

/** Kinesis with the stock AWS CLI, boto3 and a client of the CBOR protocol, unmodified. */
const clis = installedClis();
const hasBoto3 = installedBoto3();

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

describe.each(clis)('the AWS CLI $version', ({ program, version }) => {
  async function json(...args: string[]): Promise<Record<string, unknown>> {
    const words = ['--endpoint-url', server.endpoint, '--output', 'json', 'kinesis', ...args];
    const { code, stdout, stderr } = await run(program, words, { env: AWS_ENVIRONMENT });
    if (code !== 0) throw new Error(`aws kinesis ${args.join(' ')}: ${stderr}`);
    return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  test('makes a stream, waits for it, puts, reads, deletes', { timeout: 180_000 }, async () => {
    const name = `cli-${version}-${randomUUID()}`;
    const stream = ['--stream-name', name];
    await json('create-stream', ...stream, '--shard-count', '1');
    await json('wait', 'stream-exists', ...stream);
    // The second CLI takes blobs as base64, the first as they are.
    const data = version === '1' ? 'hello' : Buffer.from('hello').toString('base64');
    const put = await json('put-record', ...stream, '--partition-key', 'k', '--data', data);
    expect(put).toMatchObject({ ShardId: 'shardId-000000000000' });
    const shard = ['--shard-id', 'shardId-000000000000', '--shard-iterator-type', 'TRIM_HORIZON'];
    const { ShardIterator } = await json('get-shard-iterator', ...stream, ...shard);
    const read = await json('get-records', '--shard-iterator', String(ShardIterator));
    expect(read).toMatchObject({
      Records: [
        {
          SequenceNumber: put['SequenceNumber'],
          PartitionKey: 'k',
          Data: Buffer.from('hello').toString('base64'),
        },
      ],
      MillisBehindLatest: 0,
    });
    await json('delete-stream', ...stream);
    await expect(json('put-record', ...stream, '--partition-key', 'k', '--data', data)).rejects.toThrow(
      'ResourceNotFoundException',
    );
  });
});

const BOTO3 = `
import sys, boto3
kinesis = boto3.client('kinesis', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
name = sys.argv[2]
kinesis.create_stream(StreamName=name, StreamModeDetails={'StreamMode': 'ON_DEMAND'})
kinesis.get_waiter('stream_exists').wait(StreamName=name)
put = kinesis.put_records(StreamName=name, Records=[{'Data': bytes([n]), 'PartitionKey': str(n)} for n in range(200)])
assert put['FailedRecordCount'] == 0, put
found = []
page = kinesis.list_shards(StreamName=name, MaxResults=3)
shards = page['Shards'] + kinesis.list_shards(NextToken=page['NextToken'])['Shards']
assert len(shards) == 4, shards
for shard in shards:
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=shard['ShardId'], ShardIteratorType='TRIM_HORIZON')['ShardIterator']
    found += kinesis.get_records(ShardIterator=iterator)['Records']
assert sorted(int(r['PartitionKey']) for r in found) == list(range(200)), found
assert all(r['Data'] == bytes([int(r['PartitionKey'])]) for r in found)
assert {r['SequenceNumber'] for r in found} == {r['SequenceNumber'] for r in put['Records']}
try:
    kinesis.describe_stream(StreamName=name + 'x')
except kinesis.exceptions.ResourceNotFoundException as error:
    assert 'not found' in str(error), error
print('done')
`;

describe.skipIf(!hasBoto3)('boto3', () => {
  test('puts and reads an on-demand stream, and finds its exceptions', { timeout: 120_000 }, async () => {
    const name = `boto-${randomUUID()}`;
    const { code, stdout, stderr } = await run('python3', ['-c', BOTO3, server.endpoint, name], {
      env: AWS_ENVIRONMENT,
    });
    expect({ code, stdout: stdout.trim(), stderr }).toEqual({ code: 0, stdout: 'done', stderr: '' });
  });
});

test('the CBOR of the SDKs for Java: bytes, milliseconds, and errors they can read', async () => {
  const client = kinesisFor(server);
  const stream = await makeStream(client);
  const call = async (operation: string, input: object) => {
    const headers = {
      'content-type': 'application/x-amz-cbor-1.1',
      'x-amz-target': `Kinesis_20131202.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request',
    };
    const body = Buffer.from(cborCodec.serialize(input));
    const response = await fetch(server.endpoint, { method: 'POST', headers, body });
    const type = response.headers.get('content-type');
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { type, status: response.status, body: bytes.length === 0 ? {} : cborCodec.deserialize(bytes) };
  };
  const Data = Buffer.from([0, 255, 127]);
  const named = { StreamName: stream.name };
  const put = await call('PutRecord', { ...named, PartitionKey: 'k', Data });
  expect(put).toMatchObject({ type: 'application/x-amz-cbor-1.1', status: 200 });
  const shard = { ...named, ShardId: put.body.ShardId, ShardIteratorType: 'AT_TIMESTAMP' };
  const { body: at } = await call('GetShardIterator', { ...shard, Timestamp: Date.now() - 60_000 });
  const { body: read } = await call('GetRecords', { ShardIterator: at.ShardIterator });
  expect(read.Records).toMatchObject([{ PartitionKey: 'k', SequenceNumber: put.body.SequenceNumber }]);
  expect(Buffer.from(read.Records[0].Data)).toEqual(Data);
  expect(Math.abs(read.Records[0].ApproximateArrivalTimestamp - Date.now())).toBeLessThan(60_000);
  expect(await call('DescribeStream', { StreamName: 'missing' })).toMatchObject({
    status: 400,
    body: { __type: 'ResourceNotFoundException' },
  });
  client.destroy();
});

test('a client of the CBOR protocol puts and reads bytes and times', async () => {
  const plain = kinesisFor(server);
  const stream = await makeStream(plain);
  const cbor = new KinesisClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    protocol: SmithyRpcV2CborProtocol,
  });
  const spoken = new Set<unknown>();
  cbor.middlewareStack.add(
    (next) => async (args) => {
      spoken.add((args.request as { headers?: Record<string, string> }).headers?.['smithy-protocol']);
      return await next(args);
    },
    { step: 'finalizeRequest' },
  );
  const Data = Buffer.from([0, 255, 127, 128]);
  const put = await cbor.send(
    new PutRecordsCommand({ StreamName: stream.name, Records: [{ Data, PartitionKey: 'k' }] }),
  );
  expect(put.FailedRecordCount).toBe(0);
  const { Records = [] } = await cbor.send(
    new GetRecordsCommand({ ShardIterator: await iteratorOf(cbor, stream) }),
  );
  expect(Buffer.from(Records[0]?.Data ?? [])).toEqual(Data);
  expect(Records[0]?.ApproximateArrivalTimestamp).toBeInstanceOf(Date);
  expect(textsOf(await readFrom(plain, stream))).toEqual([Data.toString()]);
  await expect(iteratorOf(cbor, { ...stream, name: 'missing' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect([...spoken]).toEqual(['rpc-v2-cbor']);
  plain.destroy();
  cbor.destroy();
});
