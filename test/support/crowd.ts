import type { AgentOptions } from 'node:http';
import { LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { eventually, invoke } from './functions.ts';
import type { TestServer } from './server.ts';

/** A client for a thousand requests at once, each by a connection of its own; none is tried again. */
export function crowdClient(
  { endpoint }: Pick<TestServer, 'endpoint'>,
  agent: AgentOptions = {},
): LambdaClient {
  return new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      httpAgent: { maxSockets: 1000, ...agent },
      socketAcquisitionWarningTimeout: 120_000,
    }),
  });
}

/** So many invokes at once, and what they were answered so far: payloads, and the reasons of those that were throttled. */
export class Crowd {
  readonly answers: unknown[] = [];
  readonly all: Promise<unknown>;

  constructor(client: LambdaClient, name: string, count: number) {
    const one = async (): Promise<unknown> => {
      try {
        return (await invoke(client, name, {}, { LogType: 'None' })).payload;
      } catch (error) {
        if (error instanceof TooManyRequestsException) return error.Reason;
        throw error;
      }
    };
    this.all = Promise.all(Array.from({ length: count }, async () => this.answers.push(await one())));
  }

  /** Resolves when so many of them have had this answer. */
  async until(count: number, answer: unknown): Promise<void> {
    await eventually(
      async () => await Promise.resolve(this.answers),
      (answers) => answers.filter((each) => each === answer).length === count,
      120_000,
    );
  }
}
