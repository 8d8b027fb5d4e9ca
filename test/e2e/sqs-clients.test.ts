import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/commands.ts';
import { AWS_ENVIRONMENT, installedBoto3, installedClis } from '../support/aws-clis.ts';
import { makeQueue, sendAll } from '../support/queues.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** SQS with the stock AWS CLI, boto3 and a client of the query protocol, unmodified. */
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
  const aws = async (...args: string[]) =>
    await run(program, ['--endpoint-url', server.endpoint, '--output', 'json', 'sqs', ...args], {
      env: AWS_ENVIRONMENT,
    });

  async function json(...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await aws(...args);
    if (code !== 0) throw new Error(`aws sqs ${args.join(' ')}: ${stderr}`);
    return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  test('makes a queue, sends, receives, deletes', { timeout: 120_000 }, async () => {
    const name = `cli-${version}-${Date.now()}`;
    const made = await json('create-queue', '--queue-name', name, '--attributes', 'VisibilityTimeout=5');
    const url = ['--queue-url', String(made['QueueUrl'])];
    const attributes = '{"Hello":{"DataType":"String","StringValue":"World"}}';
    const sent = await json(
      'send-message',
      ...url,
      '--message-body',
      'from the CLI',
      '--message-attributes',
      attributes,
    );
    expect(sent).toMatchObject({ MD5OfMessageAttributes: '7db7fb1ba7f41366a8ea5eb18220b26d' });
    const { Messages } = (await json(
      'receive-message',
      ...url,
      '--attribute-names',
      'All',
      '--message-attribute-names',
      'All',
    )) as { Messages: [{ ReceiptHandle: string }] };
    expect(Messages).toMatchObject([
      {
        MessageId: sent['MessageId'],
        Body: 'from the CLI',
        Attributes: { ApproximateReceiveCount: '1' },
        MessageAttributes: { Hello: { DataType: 'String', StringValue: 'World' } },
      },
    ]);
    await json('delete-message', ...url, '--receipt-handle', Messages[0].ReceiptHandle);
    const counted = await json('get-queue-attributes', ...url, '--attribute-names', 'All');
    expect(counted).toMatchObject({
      Attributes: { VisibilityTimeout: '5', ApproximateNumberOfMessagesNotVisible: '0' },
    });
    expect((await json('list-queues', '--queue-name-prefix', name))['QueueUrls']).toEqual([made['QueueUrl']]);
    await json('delete-queue', ...url);
    const gone = await aws('receive-message', ...url);
    expect(gone.stderr).toContain('AWS.SimpleQueueService.NonExistentQueue');
  });
});

const BOTO3 = `
import sys, boto3
sqs = boto3.client('sqs', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
url = sqs.create_queue(QueueName=sys.argv[2], Attributes={'FifoQueue': 'true', 'ContentBasedDeduplication': 'true'})['QueueUrl']
entries = [{'Id': str(n), 'MessageBody': 'm%d' % n, 'MessageGroupId': 'g'} for n in range(3)]
sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
assert len(sent['Successful']) == 3, sent
got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)['Messages']
assert [m['Body'] for m in got] == ['m0', 'm1', 'm2'], got
failed = sqs.delete_message_batch(QueueUrl=url, Entries=[{'Id': 'a', 'ReceiptHandle': got[0]['ReceiptHandle']}, {'Id': 'b', 'ReceiptHandle': 'x'}])
assert failed['Failed'][0]['Code'] == 'ReceiptHandleIsInvalid', failed
try:
    sqs.send_message(QueueUrl=url + 'x', MessageBody='x')
except sqs.exceptions.QueueDoesNotExist as error:
    assert error.response['Error']['Code'] == 'AWS.SimpleQueueService.NonExistentQueue', error.response
    assert error.response['Error']['QueryErrorCode'] == 'QueueDoesNotExist', error.response
queue = boto3.resource('sqs', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test').Queue(url)
queue.purge()
print('done')
`;

describe.skipIf(!hasBoto3)('boto3', () => {
  test('works a FIFO queue and finds its exceptions', async () => {
    const name = `boto-${Date.now()}.fifo`;
    const { code, stdout, stderr } = await run('python3', ['-c', BOTO3, server.endpoint, name], {
      env: AWS_ENVIRONMENT,
    });
    expect({ code, stdout: stdout.trim(), stderr }).toEqual({ code: 0, stdout: 'done', stderr: '' });
  });
});

describe('the query protocol', () => {
  async function query(
    path: string,
    parameters: Record<string, string>,
  ): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${server.endpoint}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ Version: '2012-11-05', ...parameters }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  test('sends with attributes and receives them, at the address of the queue', async () => {
    const queue = await makeQueue(server.sqs);
    const path = new URL(queue.url).pathname;
    const sent = await query(path, {
      Action: 'SendMessage',
      QueueUrl: queue.url,
      MessageBody: 'a <b> & "c"',
      'MessageAttribute.1.Name': 'Hello',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'World',
    });
    expect(sent.status).toBe(200);
    expect(sent.text).toContain(
      '<MD5OfMessageAttributes>7db7fb1ba7f41366a8ea5eb18220b26d</MD5OfMessageAttributes>',
    );
    const received = await query(path, {
      Action: 'ReceiveMessage',
      QueueUrl: `http://sqs.us-east-1.amazonaws.com${path}`,
      'AttributeName.1': 'All',
      'MessageAttributeName.1': 'All',
    });
    expect(received.text).toContain('<Body>a &lt;b&gt; &amp; &quot;c&quot;</Body>');
    expect(received.text).toContain(
      '<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>',
    );
    expect(received.text).toContain('<StringValue>World</StringValue>');
  });

  test('reports partial failures and errors under their older names', async () => {
    const queue = await makeQueue(server.sqs);
    await sendAll(server.sqs, queue, 'x');
    const batch = await query('/', {
      Action: 'DeleteMessageBatch',
      QueueUrl: queue.url,
      'DeleteMessageBatchRequestEntry.1.Id': 'one',
      'DeleteMessageBatchRequestEntry.1.ReceiptHandle': 'x',
    });
    expect(batch.text).toContain('<BatchResultErrorEntry>');
    expect(batch.text).toContain('<Code>ReceiptHandleIsInvalid</Code>');
    const missing = await query('/', { Action: 'SendMessage', QueueUrl: `${queue.url}x`, MessageBody: 'x' });
    expect(missing.status).toBe(400);
    expect(missing.text).toContain('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    expect(missing.text).toContain('The specified queue does not exist for this wsdl version.');
    const invalid = await query('/', {
      Action: 'ReceiveMessage',
      QueueUrl: queue.url,
      MaxNumberOfMessages: '11',
    });
    expect(invalid.text).toContain('<Code>InvalidParameterValue</Code>');
  });
});
