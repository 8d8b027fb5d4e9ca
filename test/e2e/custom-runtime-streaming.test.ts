import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { InvokeWithResponseStreamCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available } from '../support/commands.ts';
import { createUrl, openToAll, web } from '../support/function-urls.ts';
import { deploy, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { openGate, UNTIL_OPEN_PYTHON } from '../support/overlap.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A runtime that sends what its event says in chunks, as the Runtime API's pages describe it: with trailers for errors. */
const BOOTSTRAP = `#!/usr/bin/env python3
${UNTIL_OPEN_PYTHON}
import base64, http.client
api = os.environ['AWS_LAMBDA_RUNTIME_API']
base = '/2018-06-01/runtime/invocation/'
def chunk(data):
    return b'%x\\r\\n%s\\r\\n' % (len(data), data)
while True:
    asking = http.client.HTTPConnection(api)
    asking.request('GET', base + 'next')
    event = asking.getresponse()
    id = event.headers['Lambda-Runtime-Aws-Request-Id']
    arn = event.headers['Lambda-Runtime-Invoked-Function-Arn']
    said = json.load(event)
    said = json.loads(said['body']) if 'requestContext' in said else said
    answer = http.client.HTTPConnection(api)
    answer.putrequest('POST', base + id + '/response')
    answer.putheader('Lambda-Runtime-Function-Response-Mode', 'streaming')
    answer.putheader('Content-Type', said.get('type', 'text/plain'))
    answer.putheader('Transfer-Encoding', 'chunked')
    answer.putheader('Trailer', 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body')
    answer.endheaders()
    for part in said['parts']:
        answer.send(chunk(part.encode()))
        until_open(said.get('gate'), arn)
    if said.get('exit'):
        os._exit(3)
    end = b'0\\r\\n'
    if 'error' in said:
        body = json.dumps({'errorType': 'Custom.Midway', 'errorMessage': said['error']}).encode()
        end += b'Lambda-Runtime-Function-Error-Type: Custom.Midway\\r\\n'
        end += b'Lambda-Runtime-Function-Error-Body: ' + base64.b64encode(body) + b'\\r\\n'
    answer.send(end + b'\\r\\n')
    answer.getresponse().read()
`;
const DESCRIBED = 'application/vnd.awslambda.http-integration-response';
const JSON_TYPE = { 'content-type': 'application/json' };
const NAME = 'in-chunks';

describe.skipIf(!available('python3', '--version'))(
  'a custom runtime that sends its responses in chunks',
  () => {
    let server: TestServer;
    let lambda: LambdaClient;
    let url: string;
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${NAME}`;

    beforeAll(async () => {
      server = await startServer();
      ({ lambda } = server);
      const settings = { Runtime: 'provided.al2023', Handler: 'any', Timeout: 60 } as const;
      await deploy(lambda, NAME, { bootstrap: BOOTSTRAP }, settings);
      await openToAll(lambda, NAME);
      ({ FunctionUrl: url = '' } = await createUrl(lambda, {
        FunctionName: NAME,
        InvokeMode: 'RESPONSE_STREAM',
      }));
    });

    afterAll(async () => {
      expect(await server.stop()).toBe(0);
    });

    /** The function goes on from its first part when that has been heard. */
    async function stream(event: object) {
      const gate = uniqueName('gate');
      const command = new InvokeWithResponseStreamCommand({
        FunctionName: NAME,
        Payload: JSON.stringify({ gate, ...event }),
      });
      const parts: string[] = [];
      for await (const part of (await lambda.send(command)).EventStream ?? []) {
        if (part.InvokeComplete !== undefined) return { parts, complete: part.InvokeComplete };
        parts.push(Buffer.from(part.PayloadChunk?.Payload ?? '').toString());
        if (parts.length === 1) await openGate(server, arn, gate);
      }
      throw new Error('The stream ended without InvokeComplete.');
    }

    const asking = (event: object) => ({ method: 'POST', headers: JSON_TYPE, body: JSON.stringify(event) });

    test('is heard while it writes', async () => {
      const { parts, complete } = await stream({ parts: ['first;', 'second;', 'third;'] });
      expect(parts[0]).toBe('first;');
      expect(parts.join('')).toBe('first;second;third;');
      expect(complete).toEqual({});
    });

    test('says in trailers what went wrong midway, to whoever called', async () => {
      const event = { parts: ['begun;'], error: 'no more' };
      const error = { errorType: 'Custom.Midway', errorMessage: 'no more' };
      const { parts, complete } = await stream(event);
      expect(parts).toEqual(['begun;']);
      expect(complete.ErrorCode).toBe('Custom.Midway');
      expect(JSON.parse(complete.ErrorDetails ?? '')).toEqual(error);
      expect(await invoke(lambda, NAME, event)).toMatchObject({ functionError: 'Unhandled', payload: error });
      await expect(
        opened(url, event).then(async (response) => await response.toArray()),
      ).rejects.toMatchObject({
        code: 'ECONNRESET',
      });
    });

    test('that exits midway has truncated its response', async () => {
      const { parts, complete } = await stream({ parts: ['begun;'], exit: true });
      expect(parts).toEqual(['begun;']);
      expect(complete).toEqual({ ErrorCode: 'Runtime.TruncatedResponse' });
      expect((await stream({ parts: ['again'] })).parts).toEqual(['again']);
    });

    test('that fails before its first byte is a bad gateway at a URL', async () => {
      const answer = await web(url, asking({ parts: [], error: 'nothing' }));
      expect(answer).toMatchObject({ status: 502, body: 'Internal Server Error' });
      expect(await web(url, asking({ parts: [] }))).toMatchObject({ status: 200, body: '' });
    });

    test('is one payload for who takes no streams, and a body under its own type at a URL', async () => {
      expect(await invoke(lambda, NAME, { parts: ['{"a":', '1}'] })).toMatchObject({ payload: { a: 1 } });
      const answer = await web(url, asking({ parts: ['<p>', '</p>'], type: 'text/html' }));
      expect(answer).toMatchObject({
        status: 200,
        body: '<p></p>',
        headers: { 'content-type': 'text/html' },
      });
    });

    test('describes the response of a URL before its body', async () => {
      const head = JSON.stringify({ statusCode: 202, headers: { 'x-a': 'b' }, cookies: ['c=d'] });
      // The bytes that end the description come in two parts.
      const parts = [`${head}\0\0\0`, '\0\0\0\0\0body'];
      expect(await web(url, asking({ parts, type: DESCRIBED }))).toMatchObject({
        status: 202,
        body: 'body',
        headers: { 'x-a': 'b', 'set-cookie': ['c=d'] },
      });
    });
  },
);

async function opened(url: string, event: object): Promise<IncomingMessage> {
  const { host, port } = new URL(url);
  const headers = { host, ...JSON_TYPE };
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false });
  sent.end(JSON.stringify(event));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}
