import { type LambdaClient, UpdateFunctionUrlConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUrl, openToAll, web, type WebAnswer, type WebRequest } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

const FILES = {
  'index.js': `exports.handler = async (event) => {
    const asked = event.headers['x-answer'];
    return asked === undefined ? { event } : JSON.parse(asked);
  };`,
};

let server: TestServer;
let lambda: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  ({ lambda } = server);
});

afterAll(async () => {
  await server.stop();
});

async function opened(name: string, Cors?: object): Promise<string> {
  await deploy(lambda, name, FILES);
  await openToAll(lambda, name);
  const { FunctionUrl = '' } = await createUrl(lambda, { FunctionName: name, ...(Cors && { Cors }) });
  return FunctionUrl;
}

interface Seen {
  readonly event: { readonly requestContext: object };
}

const seen = (answer: WebAnswer): Seen => JSON.parse(answer.body) as Seen;
const answering = (result: unknown): WebRequest => ({ headers: { 'x-answer': JSON.stringify(result) } });

describe('with CORS', () => {
  const page = { origin: 'https://page.example' };
  const asking = { ...page, 'access-control-request-method': 'PUT' };
  const cors = {
    AllowOrigins: ['https://page.example'],
    AllowMethods: ['PUT', 'GET'],
    AllowHeaders: ['x-a', 'x-b'],
    ExposeHeaders: ['x-c'],
    AllowCredentials: true,
    MaxAge: 600,
  };

  test('the URL answers what browsers ask first, whoever may call', async () => {
    await deploy(lambda, 'cors', FILES);
    const { FunctionUrl = '' } = await createUrl(lambda, { FunctionName: 'cors', Cors: cors });
    const answer = await web(FunctionUrl, { method: 'OPTIONS', headers: asking });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://page.example',
      'access-control-allow-methods': 'PUT,GET',
      'access-control-allow-headers': 'x-a,x-b',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
    const other = { ...asking, origin: 'https://other.example' };
    const refused = await web(FunctionUrl, { method: 'OPTIONS', headers: other });
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('answers of the function carry what is allowed, and keep what they say themselves', async () => {
    const FunctionUrl = await opened('cors-answers', { AllowOrigins: ['*'], ExposeHeaders: ['x-c'] });
    const result = { statusCode: 200, headers: { 'access-control-allow-origin': 'mine' } };
    const answer = await web(FunctionUrl, { headers: { ...page, ...answering(result).headers } });
    const origins = answer.rawHeaders.filter(
      (_, at) => answer.rawHeaders[at - 1] === 'access-control-allow-origin',
    );
    expect(origins).toEqual(['mine', '*']);
    expect(answer.headers['access-control-expose-headers']).toBe('x-c');
    const close = { FunctionName: 'cors-answers', Cors: { AllowOrigins: ['https://other.example'] } };
    await lambda.send(new UpdateFunctionUrlConfigCommand(close));
    expect((await web(FunctionUrl, { headers: page })).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
  });

  test('that is taken away, as Terraform does, the question is the function’s again', async () => {
    const FunctionUrl = await opened('cors-ended', cors);
    expect(await web(FunctionUrl, { method: 'OPTIONS', headers: asking })).toMatchObject({ body: '' });
    const end = new UpdateFunctionUrlConfigCommand({ FunctionName: 'cors-ended', Cors: {} });
    expect(await lambda.send(end)).not.toHaveProperty('Cors');
    const answer = await web(FunctionUrl, { method: 'OPTIONS', headers: asking });
    expect(seen(answer).event.requestContext).toMatchObject({ http: { method: 'OPTIONS' } });
  });

  test('without it a browser’s question is the function’s', async () => {
    const answer = await web(await opened('no-cors'), { method: 'OPTIONS', headers: asking });
    expect(seen(answer).event.requestContext).toMatchObject({ http: { method: 'OPTIONS' } });
  });
});
