import {
  type CreateFunctionCommandInput,
  CreateFunctionCommand,
  InvokeCommand,
  type InvokeWithResponseStreamCompleteEvent,
  InvokeWithResponseStreamCommand,
} from '@aws-sdk/client-lambda';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, invoke, untilUpdated } from './functions.ts';
import { ROLE, startServer, type TestServer, type TestServerOptions } from './server.ts';
import { zipFolder } from './zip.ts';

const HANDLERS = join(import.meta.dirname, 'official-clients/handlers');

/** What a function's log holds with this word in it. */
async function eventsWith({ logs }: TestServer, name: string, word: string): Promise<string[]> {
  const { events = [] } = await eventually(
    async () => await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` })),
    (found) => found.events?.some(({ message }) => message?.includes(word)) === true,
  );
  return events.map(({ message = '' }) => message).filter((message) => message.includes(word));
}

export interface ClientSample {
  /** The deployment package, as a folder. */
  readonly folder: string;
  /** The sample itself, where it needs no building: a file of `official-clients/handlers`. */
  readonly handlerFile?: string;
  readonly settings: Partial<CreateFunctionCommandInput>;
  /** The name of a handler that streams `Hello <name>`, for clients that can. */
  readonly streaming?: string;
  readonly server?: TestServerOptions;
  /** The client has a descriptor for its records. */
  readonly writesRecords?: boolean;
  /** How the client names the error of the sample. */
  readonly errorType: unknown;
}

/** What the sample of every official runtime client has to show: it answers, logs, fails, and goes on. */
export function clientTests(sample: ClientSample): void {
  const { folder, handlerFile, settings, errorType, streaming } = sample;
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(sample.server);
    const { lambda } = server;
    const handlers = handlerFile === undefined ? [] : [join(HANDLERS, handlerFile)];
    const Code = { ZipFile: await zipFolder(folder, handlers) };
    const common = { Role: ROLE, Code, Timeout: 30, MemorySize: 512, ...settings };
    await lambda.send(new CreateFunctionCommand({ FunctionName: 'sample', ...common }));
    await untilUpdated(lambda, 'sample');
    if (streaming === undefined) return;
    await lambda.send(new CreateFunctionCommand({ FunctionName: 'streamed', ...common, Handler: streaming }));
    await untilUpdated(lambda, 'streamed');
  }, 300_000);
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  test('it answers event after event with what the Runtime API tells it', async () => {
    for (const name of ['Ada', 'Grace']) {
      const answer = await invoke(server.lambda, 'sample', { name });
      expect(answer).toMatchObject({ status: 200, functionError: undefined });
      expect(answer.payload).toEqual({
        message: `Hello ${name}`,
        requestId: answer.requestId,
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
        hasTime: true,
        function: 'sample',
      });
      expect(answer.log).toContain(`handling ${name}`);
    }
  });

  test('its errors are the caller’s, and the next event is served', async () => {
    const failed = await invoke(server.lambda, 'sample', { fail: true });
    expect(failed).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorMessage: 'asked to fail', errorType },
    });
    const next = await invoke(server.lambda, 'sample', { name: 'again' });
    expect(next).toMatchObject({ functionError: undefined, payload: { message: 'Hello again' } });
  });

  test.runIf(sample.writesRecords)('what it logs is one event each, however many lines it has', async () => {
    const { lambda } = server;
    const { payload, log } = await invoke(lambda, 'sample', { name: 'Ada\nLovelace' });
    expect(payload).toMatchObject({ message: 'Hello Ada\nLovelace' });
    expect(log).toContain('handling Ada\nLovelace');
    expect(await eventsWith(server, 'sample', 'Lovelace')).toEqual(['handling Ada\nLovelace\n']);
    const Code = { ZipFile: await zipFolder(folder, []) };
    const common = { Role: ROLE, Code, Timeout: 30, MemorySize: 512, ...settings };
    const LoggingConfig = { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' } as const;
    await lambda.send(new CreateFunctionCommand({ FunctionName: 'structured', ...common, LoggingConfig }));
    await untilUpdated(lambda, 'structured');
    expect((await invoke(lambda, 'structured', { name: 'Ada\nLovelace' })).functionError).toBeUndefined();
    const [event = '', ...others] = await eventsWith(server, 'structured', 'Lovelace');
    expect(others).toEqual([]);
    expect(JSON.parse(event)).toMatchObject({ message: 'handling Ada\nLovelace\n' });
  });

  const streamingHandlers = streaming === undefined ? [] : [streaming];
  test.each(streamingHandlers)(
    '%s: a streamed response comes through, to whoever reads it whole, too',
    async () => {
      const call = { FunctionName: 'streamed', Payload: '{"name":"Ada"}' };
      const { EventStream = [] } = await server.lambda.send(new InvokeWithResponseStreamCommand(call));
      let text = '';
      let end: InvokeWithResponseStreamCompleteEvent | undefined;
      for await (const event of EventStream) {
        text += Buffer.from(event.PayloadChunk?.Payload ?? []).toString();
        end = event.InvokeComplete ?? end;
      }
      expect({ text: bodyOf(text), error: end?.ErrorCode }).toEqual({ text: 'Hello Ada', error: undefined });
      const whole = await server.lambda.send(new InvokeCommand(call));
      expect(bodyOf(whole.Payload?.transformToString() ?? '')).toBe('Hello Ada');
    },
  );

  test('a large event comes through whole', async () => {
    const name = 'x'.repeat(1_000_000);
    const { payload } = await invoke(server.lambda, 'sample', { name });
    expect(payload).toMatchObject({ message: `Hello ${name}` });
  });
}

/** Some clients always stream for HTTP: status and headers as JSON, eight NUL bytes, then the body. */
function bodyOf(text: string): string {
  return text.slice(text.lastIndexOf('\0') + 1);
}
