import { type JsonValue, readExactJson } from '../../model/event-pattern/exact-json.ts';
import type { StreamRecord } from '../../model/stream-ports.ts';
import type { PolledRecord } from '../source-driver.ts';

/** A record of a shard as functions get it. */
export interface ShardRecord extends PolledRecord {
  readonly partitionKey: string;
  readonly arrivedAtMs: number;
}

/** What a kind of stream makes of its records. */
export interface StreamFormat {
  record(record: StreamRecord, shardId: string): ShardRecord;
  /** The member of a failure record that tells of the batch. */
  readonly batchInfo: 'KinesisBatchInfo' | 'DDBStreamBatchInfo';
  /** Arrival times in failure records have milliseconds. */
  readonly hasMilliseconds: boolean;
}

interface KinesisFormatOptions {
  /** A stream's, or a consumer's. */
  readonly eventSourceArn: string;
  /** The function's, as it is by now. */
  readonly roleArn: () => string | undefined;
}

export function kinesisFormat(options: KinesisFormatOptions): StreamFormat {
  return {
    record: (record, shardId) => new KinesisRecord(record, shardId, options),
    batchInfo: 'KinesisBatchInfo',
    hasMilliseconds: true,
  };
}

/** Records of tables' streams come as functions see them, but for the ARN of where they come from. */
export function dynamodbFormat({
  eventSourceArn,
}: Pick<KinesisFormatOptions, 'eventSourceArn'>): StreamFormat {
  return {
    record: (record) => {
      const shown = JSON.parse(bufferOf(record.data).toString()) as Record<string, JsonValue>;
      return {
        id: record.sequenceNumber,
        partitionKey: record.partitionKey,
        arrivedAtMs: record.arrivedAtMs,
        text: JSON.stringify({ ...shown, eventSourceARN: eventSourceArn }),
        view: () => shown,
      };
    },
    batchInfo: 'DDBStreamBatchInfo',
    hasMilliseconds: false,
  };
}

class KinesisRecord implements ShardRecord {
  readonly id: string;
  readonly text: string;
  readonly partitionKey: string;
  readonly arrivedAtMs: number;
  readonly #data: Uint8Array;

  constructor(record: StreamRecord, shardId: string, options: KinesisFormatOptions) {
    this.id = record.sequenceNumber;
    this.partitionKey = record.partitionKey;
    this.arrivedAtMs = record.arrivedAtMs;
    this.#data = record.data;
    const { eventSourceArn } = options;
    this.text = JSON.stringify({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.partitionKey,
        sequenceNumber: record.sequenceNumber,
        data: bufferOf(record.data).toString('base64'),
        approximateArrivalTimestamp: record.arrivedAtMs / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${record.sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: options.roleArn() ?? '',
      awsRegion: eventSourceArn.split(':')[3],
      eventSourceARN: eventSourceArn,
    });
  }

  /** Data that is no JSON is one text, which no filter of a stream asks for. */
  view(): JsonValue {
    const text = bufferOf(this.#data).toString('utf8');
    return {
      kinesisSchemaVersion: '1.0',
      partitionKey: this.partitionKey,
      sequenceNumber: this.id,
      approximateArrivalTimestamp: this.arrivedAtMs / 1000,
      data: readExactJson(text)?.value ?? text,
    };
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
