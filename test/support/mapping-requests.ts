import type { CreateEventSourceMappingRequest, SourceAccessConfiguration } from '@aws-sdk/client-lambda';

const PLACE = 'us-east-1:000000000000';
export const SECRET = `arn:aws:secretsmanager:${PLACE}:secret:broker-a1b2c3`;
const BASIC_AUTH: SourceAccessConfiguration[] = [{ Type: 'BASIC_AUTH', URI: SECRET }];

/** The smallest good request for each kind of source, less the function. */
export const GOOD_REQUESTS = {
  sqs: { EventSourceArn: `arn:aws:sqs:${PLACE}:orders` },
  'sqs-fifo': { EventSourceArn: `arn:aws:sqs:${PLACE}:orders.fifo` },
  kinesis: { EventSourceArn: `arn:aws:kinesis:${PLACE}:stream/clicks`, StartingPosition: 'LATEST' },
  dynamodb: {
    EventSourceArn: `arn:aws:dynamodb:${PLACE}:table/carts/stream/2026-01-01T00:00:00.000`,
    StartingPosition: 'TRIM_HORIZON',
  },
  msk: {
    EventSourceArn: `arn:aws:kafka:${PLACE}:cluster/main/11f04185-8ff8-4e0a-a903-2245da2e6433-5`,
    Topics: ['orders'],
  },
  kafka: {
    SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['kafka1:9092', 'kafka2:9092'] } },
    SourceAccessConfigurations: BASIC_AUTH,
    Topics: ['orders'],
  },
  mq: {
    EventSourceArn: `arn:aws:mq:${PLACE}:broker:main:b-1234a5b6-78cd-901e-2fgh-3i45j6k178l9`,
    Queues: ['orders'],
    SourceAccessConfigurations: BASIC_AUTH,
  },
  documentdb: {
    EventSourceArn: `arn:aws:rds:${PLACE}:cluster:docs`,
    DocumentDBEventSourceConfig: { DatabaseName: 'shop' },
    SourceAccessConfigurations: BASIC_AUTH,
    StartingPosition: 'LATEST',
  },
} satisfies Record<string, Omit<CreateEventSourceMappingRequest, 'FunctionName'>>;

export type SourceKind = keyof typeof GOOD_REQUESTS;

export const SOURCE_KINDS = Object.keys(GOOD_REQUESTS) as SourceKind[];
