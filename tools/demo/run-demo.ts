import { basename, join } from 'node:path';
import { styleText } from 'node:util';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { listFiles, readIgnoreRules } from '../../cli/deploy/list-files.ts';
import { zipFiles } from '../../cli/deploy/zip-files.ts';

const warmInvokes = 20;
const name = 'hello-node';

/** Deploys the Node.js example through the AWS SDK, invokes it cold and warm, and prints what happened. */
export async function runDemo(endpoint: string, root: string, signal: AbortSignal): Promise<void> {
  const client = new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  say(`Lambent runs at ${endpoint}`);
  try {
    await deploy(client, join(root, 'examples', name), signal);
    const cold = await invoke(client, signal);
    showFirst(cold);
    const warm: number[] = [];
    while (warm.length < warmInvokes) warm.push((await invoke(client, signal)).tookMs);
    showTimes(cold, warm);
    await client.send(new DeleteFunctionCommand({ FunctionName: name }), { abortSignal: signal });
  } finally {
    client.destroy();
  }
}

async function deploy(client: LambdaClient, folder: string, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const create = new CreateFunctionCommand({
    FunctionName: name,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/demo',
    Code: { ZipFile: await zipFiles(listFiles(folder, readIgnoreRules(folder))) },
  });
  await client.send(create, { abortSignal: signal });
  const patience = { client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.2, abortSignal: signal };
  await waitUntilFunctionActiveV2(patience, { FunctionName: name });
  say(`deployed examples/${basename(folder)} through the AWS SDK in ${ms(performance.now() - started)}`);
}

interface TimedInvoke {
  readonly response: string;
  readonly log: string;
  readonly tookMs: number;
}

async function invoke(client: LambdaClient, signal: AbortSignal): Promise<TimedInvoke> {
  const started = performance.now();
  const answer = await client.send(
    new InvokeCommand({ FunctionName: name, LogType: 'Tail', Payload: JSON.stringify({ name: 'Lambent' }) }),
    { abortSignal: signal },
  );
  const tookMs = performance.now() - started;
  const response = answer.Payload?.transformToString() ?? '';
  const log = Buffer.from(answer.LogResult ?? '', 'base64').toString();
  if (answer.FunctionError !== undefined) throw new Error(`the function failed: ${response}\n${log}`);
  return { response, log, tookMs };
}

function showFirst({ response, log }: TimedInvoke): void {
  say('invoked it; the response:');
  show(JSON.stringify(JSON.parse(response), null, 2));
  say('its log:');
  show(log.trim());
}

function showTimes(cold: TimedInvoke, warm: readonly number[]): void {
  const sorted = warm.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  say('how long it took, seen by the client:');
  show(`cold start   ${ms(cold.tookMs).padStart(9)}`);
  show(`warm median  ${ms(median).padStart(9)}   of ${warm.length} invokes, fastest ${ms(sorted[0] ?? 0)}`);
}

function say(line: string): void {
  process.stdout.write(`${styleText('green', '>', { stream: process.stdout })} ${line}\n`);
}

function show(text: string): void {
  for (const line of text.split('\n')) process.stdout.write(`    ${line.replaceAll('\t', '  ')}\n`);
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}
