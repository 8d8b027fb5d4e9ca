import { apiErrorFrom } from './api-error.ts';
import type { Connection } from './connection.ts';
import { CliError } from './cli-error.ts';
import { send } from './send.ts';

/** A queue and how many of its messages are in which state. */
export interface QueueFacts {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** ARN of the queue its dead letters go to. */
  readonly deadLetterArn: string | undefined;
}

/** A task that moves messages out of a dead-letter queue. */
export interface MoveTask {
  readonly Status: string;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly FailureReason?: string;
}

/** SQS by its public API, as far as the commands need it. Every method throws CliError, or ApiError for an error answer. */
export class QueueClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async list(): Promise<QueueFacts[]> {
    const queues: QueueFacts[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.#call<{ QueueUrls?: string[]; NextToken?: string }>('ListQueues', {
        MaxResults: 1000,
        NextToken,
      });
      for (const url of page.QueueUrls ?? []) queues.push(await this.#facts(url));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return queues;
  }

  async find(name: string): Promise<QueueFacts> {
    const { QueueUrl } = await this.#call<{ QueueUrl: string }>('GetQueueUrl', { QueueName: name });
    return await this.#facts(QueueUrl);
  }

  async startMove(
    sourceArn: string,
    destinationArn: string | undefined,
    perSecond: number | undefined,
  ): Promise<void> {
    const input = {
      SourceArn: sourceArn,
      DestinationArn: destinationArn,
      MaxNumberOfMessagesPerSecond: perSecond,
    };
    await this.#call('StartMessageMoveTask', input);
  }

  /** The newest one. */
  async moveTask(sourceArn: string): Promise<MoveTask> {
    const { Results = [] } = await this.#call<{ Results?: MoveTask[] }>('ListMessageMoveTasks', {
      SourceArn: sourceArn,
    });
    const [task] = Results;
    if (task === undefined) throw new CliError(`Nothing moves messages out of ${sourceArn}.`);
    return task;
  }

  async #facts(url: string): Promise<QueueFacts> {
    const { Attributes = {} } = await this.#call<{ Attributes?: Record<string, string> }>(
      'GetQueueAttributes',
      {
        QueueUrl: url,
        AttributeNames: ['All'],
      },
    );
    const policy = Attributes['RedrivePolicy'];
    const { deadLetterTargetArn } = (policy === undefined ? {} : JSON.parse(policy)) as Record<
      string,
      string
    >;
    return {
      name: url.slice(url.lastIndexOf('/') + 1),
      url,
      arn: Attributes['QueueArn'] ?? '',
      waiting: Number(Attributes['ApproximateNumberOfMessages']),
      inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
      delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed']),
      deadLetterArn: deadLetterTargetArn,
    };
  }

  async #call<Answer>(operation: string, input: object): Promise<Answer> {
    const answer = await send(this.#connection, {
      service: 'sqs',
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
    if (answer.status >= 300) throw apiErrorFrom(answer);
    return JSON.parse(answer.body.toString()) as Answer;
  }
}
