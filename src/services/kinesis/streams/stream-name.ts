import { partitionOf } from '../../../model/stored-function.ts';

/** Names a stream. */
export interface StreamName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Names a registered consumer of a stream. */
export interface ConsumerName {
  readonly stream: StreamName;
  readonly name: string;
  /** Part of its ARN: tells it from others that had its name before. */
  readonly createdAtMs: number;
}

const ARN =
  /^arn:aws[a-z-]*:kinesis:([a-z0-9-]+):(\d{12}):stream\/([a-zA-Z0-9_.-]{1,128})(?:\/consumer\/([a-zA-Z0-9_.-]{1,128}):(\d{1,15}))?$/;

export function streamArn({ accountId, region, name }: StreamName): string {
  return `arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/${name}`;
}

/** Undefined for a text that is no stream's ARN. */
export function parseStreamArn(arn: string): StreamName | undefined {
  const [, region, accountId, name, consumer] = ARN.exec(arn) ?? [];
  if (region === undefined || accountId === undefined || name === undefined || consumer !== undefined)
    return undefined;
  return { accountId, region, name };
}

export function consumerArn(consumer: ConsumerName): string {
  return `${streamArn(consumer.stream)}/consumer/${consumer.name}:${Math.floor(consumer.createdAtMs / 1000)}`;
}

/** Undefined for a text that is no consumer's ARN. */
export function parseConsumerArn(
  arn: string,
): { readonly stream: StreamName; readonly name: string } | undefined {
  const [, region, accountId, name, consumer] = ARN.exec(arn) ?? [];
  if (region === undefined || accountId === undefined || name === undefined || consumer === undefined)
    return undefined;
  return { stream: { accountId, region, name }, name: consumer };
}
