import { spawnSync } from 'node:child_process';
import {
  CreateAliasCommand,
  type CreateFunctionCommandInput,
  type LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';

/** What an execution says of itself: whose it was, and what came before it in its environment. */
export interface Reply {
  readonly nonce: string;
  readonly requestId: string;
  /** Random, one for each environment. */
  readonly environment: string;
  /** Of executions in this environment, from 1. */
  readonly count: number;
  /** How many ran at once in it. */
  readonly running: number;
  readonly build: number;
  readonly version: string;
  readonly pad: string;
}

/** What a request asks of a function. */
export interface Asked {
  readonly nonce: string;
  readonly do?: 'crash' | 'crash-later' | 'throw' | 'hang';
  readonly ms?: number;
  /** Comes back as it is. */
  readonly pad?: string;
  /** Of a stream. */
  readonly lines?: number;
}

/** Answers whatever asks it, directly or by a URL. */
export function nodeCode(build: number): string {
  return `
const { randomUUID } = require('node:crypto');
const environment = randomUUID();
let count = 0;
let running = 0;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
exports.handler = async (event, context) => {
  const asked = event.body === undefined ? event : JSON.parse(event.body);
  const { nonce, pad = '', ms = 0 } = asked;
  count += 1;
  running += 1;
  const said = { nonce, requestId: context.awsRequestId, environment, count, running, build: ${build}, version: context.functionVersion, pad };
  console.log(nonce);
  if (asked.do === 'crash') process.exit(3);
  if (asked.do === 'crash-later') setTimeout(() => process.exit(4), 2);
  if (asked.do === 'hang') await pause(60_000);
  if (ms > 0) await pause(ms);
  running -= 1;
  if (asked.do === 'throw') throw new Error(nonce);
  return said;
};`;
}

export const PYTHON_CODE = `
import time, uuid
environment = str(uuid.uuid4())
count = 0
def handler(event, context):
    global count
    count += 1
    time.sleep(event.get('ms', 0) / 1000)
    return {'nonce': event['nonce'], 'requestId': context.aws_request_id, 'environment': environment, 'count': count,
            'running': 1, 'build': 0, 'version': context.function_version, 'pad': event.get('pad', '')}
`;

const STREAMING_CODE = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { nonce, lines, ms } = event.body === undefined ? event : JSON.parse(event.body);
  for (let line = 0; line < lines; line += 1) {
    if (!stream.write(nonce + ' ' + line + ' ' + 'x'.repeat(500) + '\\n')) await new Promise((resolve) => stream.once('drain', resolve));
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }
  stream.end(nonce + ' end\\n');
});`;

export const hasPython = spawnSync('python3', ['--version']).status === 0;
/** A unit for each that is never used: the account's rate is that of its whole limit. */
export const ACCOUNT_UNITS = 400;
export const UNRESERVED_UNITS = 100;
export const LIMITED_UNITS = 20;

export interface LoadedFunctions {
  /** Of `web`, answered whole, and of `stream`. */
  readonly urls: { readonly web: string; readonly stream: string };
}

export async function deployAll(lambda: LambdaClient): Promise<LoadedFunctions> {
  const files = { 'index.js': nodeCode(0) };
  const make = async (name: string, settings: Partial<CreateFunctionCommandInput> = {}): Promise<void> => {
    await deploy(lambda, name, files, { Timeout: 60, ...settings });
  };
  const plain = [
    'steady',
    'slow',
    'limited',
    'fragile',
    'updated',
    'aliased',
    'abandoned',
    'replaced',
    'web',
  ];
  await Promise.all([...plain, 'vault'].map(async (name) => await make(name)));
  await make('late', { Timeout: 1 });
  if (hasPython) {
    const settings = { Runtime: 'python3.11' as const, Timeout: 60 };
    await deploy(lambda, 'python', { 'index.py': PYTHON_CODE }, settings);
  }
  await deploy(lambda, 'stream', { 'index.js': STREAMING_CODE }, { Timeout: 60 });
  const { Version = '' } = await lambda.send(new PublishVersionCommand({ FunctionName: 'aliased' }));
  await lambda.send(
    new CreateAliasCommand({ FunctionName: 'aliased', Name: 'live', FunctionVersion: Version }),
  );
  await reserve(lambda, 'limited', LIMITED_UNITS);
  await reserve(lambda, 'vault', ACCOUNT_UNITS - UNRESERVED_UNITS - LIMITED_UNITS);
  for (const name of ['web', 'stream']) await openToAll(lambda, name);
  const web = await createUrl(lambda, { FunctionName: 'web' });
  const stream = await createUrl(lambda, { FunctionName: 'stream', InvokeMode: 'RESPONSE_STREAM' });
  return { urls: { web: web.FunctionUrl ?? '', stream: stream.FunctionUrl ?? '' } };
}

export async function reserve(lambda: LambdaClient, FunctionName: string, units: number): Promise<void> {
  const input = { FunctionName, ReservedConcurrentExecutions: units };
  await lambda.send(new PutFunctionConcurrencyCommand(input));
}
