import type { CreateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import { missingParameter } from './parameter-errors.ts';

/** What CreateEventSourceMapping takes, apart from the function. */
export type MappingRequest = Omit<CreateEventSourceMappingRequest, 'FunctionName'>;

/** In AWS's words, for what is said to people. */
export const SOURCE_NAMES: Readonly<Record<EventSourceKind, string>> = {
  sqs: 'Amazon SQS',
  'sqs-fifo': 'Amazon SQS FIFO',
  kinesis: 'Amazon Kinesis',
  dynamodb: 'Amazon DynamoDB Streams',
  msk: 'Amazon MSK',
  kafka: 'self-managed Apache Kafka',
  mq: 'Amazon MQ',
  documentdb: 'Amazon DocumentDB',
};

export const QUEUES: readonly EventSourceKind[] = ['sqs', 'sqs-fifo'];
export const STREAMS: readonly EventSourceKind[] = ['kinesis', 'dynamodb'];
export const KAFKAS: readonly EventSourceKind[] = ['msk', 'kafka'];
/** Those with records in an order, which reading starts somewhere in. */
export const POSITIONED: readonly EventSourceKind[] = [...STREAMS, ...KAFKAS, 'documentdb'];

const ARN = /^arn:[^:]+:(?<service>[^:]+):[^:]*:[^:]*:(?<resource>.+)$/;

/** By service, the resources that can be a source. The first that fits says the kind. */
const RESOURCES: Readonly<Record<string, readonly [RegExp, EventSourceKind][]>> = {
  sqs: [
    [/^[\w-]+\.fifo$/, 'sqs-fifo'],
    [/^[\w-]+$/, 'sqs'],
  ],
  // A stream, or a consumer of one with enhanced fan-out.
  kinesis: [[/^stream\/[\w.-]+(\/consumer\/[\w.-]+:\d+)?$/, 'kinesis']],
  dynamodb: [[/^table\/[\w.-]+\/stream\/.+$/, 'dynamodb']],
  kafka: [[/^(cluster|vpc-connection)\/.+$/, 'msk']],
  mq: [[/^broker:.+$/, 'mq']],
  rds: [[/^cluster:.+$/, 'documentdb']],
};

/** What a request wants to poll. Throws InvalidParameterValueException for what cannot be polled. */
export function eventSourceOf(request: MappingRequest): EventSourceKind {
  const arn = request.EventSourceArn;
  const cluster = request.SelfManagedEventSource;
  if (cluster !== undefined) {
    if (arn !== undefined) {
      throw invalidParameterValue('EventSourceArn and SelfManagedEventSource cannot be specified together.');
    }
    if (cluster.Endpoints?.KAFKA_BOOTSTRAP_SERVERS !== undefined) return 'kafka';
    throw missingParameter('SelfManagedEventSource.Endpoints');
  }
  if (arn === undefined) throw invalidParameterValue('Unrecognized event source.');
  const { service = '', resource = '' } = ARN.exec(arn)?.groups ?? {};
  const known = Object.hasOwn(RESOURCES, service) ? RESOURCES[service] : undefined;
  const kind = known?.find(([pattern]) => pattern.test(resource))?.[1];
  if (kind === undefined) {
    throw invalidParameterValue(`Unrecognized event source. Unsupported source arn : ${arn}`);
  }
  return kind;
}
