import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { ANYONE, settingsFor } from '../identities.ts';
import type { TestServer } from '../server.ts';

/** The clients of one server's life. */
export interface Clients {
  readonly endpoint: string;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly events: EventBridgeClient;
  readonly scheduler: SchedulerClient;
  readonly close: () => void;
}

export function clientsOf({ endpoint, lambda, sqs }: TestServer): Clients {
  const settings = settingsFor(endpoint, ANYONE);
  const own = {
    sns: new SNSClient(settings),
    events: new EventBridgeClient(settings),
    scheduler: new SchedulerClient(settings),
  };
  return { endpoint, lambda, sqs, ...own, close: () => Object.values(own).forEach((one) => one.destroy()) };
}
