import {
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  ListStreamConsumersCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  type StartingPosition,
  type SubscribeToShardEvent,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis';
import { describe, expect, test } from 'vitest';
import { advanceClock, withFrozenClock } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { FIRST_SHARD, makeStream, putTexts, type TestStream, whenActive } from '../../support/streams.ts';
import { refusal, useKinesis } from './kinesis-fixtures.ts';

const shared = useKinesis();

/** Registers a consumer and waits until it is ACTIVE. @returns its ARN */
async function register({ arn: StreamARN }: TestStream, ConsumerName = 'reader'): Promise<string> {
  const { kinesis } = shared;
  const { Consumer } = await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }));
  expect(Consumer).toMatchObject({ ConsumerName, ConsumerStatus: 'CREATING' });
  const ConsumerARN = Consumer?.ConsumerARN ?? '';
  await eventually(
    async () => await kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN })),
    ({ ConsumerDescription }) => ConsumerDescription?.ConsumerStatus === 'ACTIVE',
    30_000,
  );
  return ConsumerARN;
}

/** A subscription's events, as they come. */
class Subscriber {
  readonly texts: string[] = [];
  readonly events: SubscribeToShardEvent[] = [];
  readonly ended: Promise<string>;

  constructor(stream: AsyncIterable<unknown>) {
    this.ended = this.#follow(stream).then(
      () => 'ended',
      (error: Error) => error.name,
    );
  }

  async #follow(stream: AsyncIterable<unknown>): Promise<void> {
    for await (const event of stream as AsyncIterable<{ SubscribeToShardEvent?: SubscribeToShardEvent }>) {
      const { SubscribeToShardEvent: pushed } = event;
      if (pushed === undefined) continue;
      this.events.push(pushed);
      for (const { Data } of pushed.Records ?? []) this.texts.push(Buffer.from(Data ?? []).toString());
    }
  }

  async has(...texts: string[]): Promise<void> {
    await eventually(
      async () => this.texts,
      (seen) => seen.length >= texts.length,
      30_000,
    );
    expect(this.texts).toEqual(texts);
  }
}

async function subscribe(
  ConsumerARN: string,
  StartingPosition: StartingPosition = { Type: 'TRIM_HORIZON' },
): Promise<Subscriber> {
  const input = { ConsumerARN, ShardId: FIRST_SHARD, StartingPosition };
  const { EventStream = [] } = await shared.kinesis.send(new SubscribeToShardCommand(input));
  return new Subscriber(EventStream as AsyncIterable<unknown>);
}

describe('consumers of a stream', () => {
  test('are registered, described, listed and deregistered', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const StreamARN = stream.arn;
    const ConsumerARN = await register(stream, 'one');
    expect(ConsumerARN).toMatch(new RegExp(`^${StreamARN}/consumer/one:\\d{10}$`));
    await register(stream, 'two');
    const { ConsumerDescription } = await kinesis.send(
      new DescribeStreamConsumerCommand({ StreamARN, ConsumerName: 'one' }),
    );
    expect(ConsumerDescription).toMatchObject({ ConsumerARN, StreamARN, ConsumerStatus: 'ACTIVE' });
    const page = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, MaxResults: 1 }));
    expect(page.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(['one']);
    const { NextToken } = page;
    const rest = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, NextToken }));
    expect(rest.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(['two']);
    const again = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'one' });
    expect(await refusal(kinesis.send(again))).toMatchObject({ code: 'ResourceInUseException' });
    await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN }));
    await eventually(
      async () => (await kinesis.send(new ListStreamConsumersCommand({ StreamARN }))).Consumers,
      (consumers) => consumers?.length === 1,
      30_000,
    );
    const gone = new DescribeStreamConsumerCommand({ ConsumerARN });
    expect(await refusal(kinesis.send(gone))).toMatchObject({ code: 'ResourceNotFoundException' });
    const unnamed = new DescribeStreamConsumerCommand({ ConsumerName: 'two' });
    expect(await refusal(kinesis.send(unnamed))).toMatchObject({ code: 'InvalidArgumentException' });
  });
});

describe('SubscribeToShard', () => {
  test('pushes what is there, then what comes, each record once', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const ConsumerARN = await register(stream);
    await putTexts(kinesis, stream, ['a', 'b']);
    const subscriber = await subscribe(ConsumerARN);
    await subscriber.has('a', 'b');
    await putTexts(kinesis, stream, ['c']);
    await subscriber.has('a', 'b', 'c');
    const [event] = subscriber.events;
    expect(event).toMatchObject({ MillisBehindLatest: 0 });
    expect(event?.ContinuationSequenceNumber).toBe(event?.Records?.at(-1)?.SequenceNumber);
    await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN }));
    expect(await subscriber.ended).toBe('ended');
  });

  test('begins where its position says, and goes on from a continuation', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    await putTexts(kinesis, stream, ['a', 'b']);
    const latest = await subscribe(await register(stream, 'latest'), { Type: 'LATEST' });
    await eventually(
      async () => latest.events,
      (events) => events.length > 0,
      30_000,
    );
    const SequenceNumber = latest.events[0]?.ContinuationSequenceNumber;
    await putTexts(kinesis, stream, ['c', 'd']);
    await latest.has('c', 'd');
    const next = await subscribe(await register(stream, 'next'), {
      Type: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber,
    });
    await next.has('c', 'd');
  });

  test('lasts five minutes, and is taken over after five seconds at the earliest', async () => {
    const { kinesis, server } = shared;
    const stream = await makeStream(kinesis);
    const ConsumerARN = await register(stream);
    await withFrozenClock(server, async () => {
      const first = await subscribe(ConsumerARN);
      await advanceClock(server, 4_999);
      expect(await refusal(subscribe(ConsumerARN))).toMatchObject({ code: 'ResourceInUseException' });
      await advanceClock(server, 1);
      const second = await subscribe(ConsumerARN);
      expect(await first.ended).toBe('ResourceInUseException');
      await putTexts(kinesis, stream, ['x']);
      await second.has('x');
      await advanceClock(server, 299_999);
      await eventually(
        async () => await Promise.resolve(second.events.length),
        (count) => count > 1,
      );
      await advanceClock(server, 1);
      expect(await second.ended).toBe('ended');
      await (await subscribe(ConsumerARN)).has('x');
    });
  });

  test('ends with the shard, and names its children', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const ConsumerARN = await register(stream);
    const subscriber = await subscribe(ConsumerARN);
    await putTexts(kinesis, stream, ['last']);
    await kinesis.send(
      new SplitShardCommand({ StreamName: stream.name, ShardToSplit: FIRST_SHARD, NewStartingHashKey: '77' }),
    );
    expect(await subscriber.ended).toBe('ended');
    expect(subscriber.texts).toEqual(['last']);
    const last = subscriber.events.at(-1);
    expect(last?.ChildShards?.map(({ ShardId }) => ShardId)).toEqual([
      'shardId-000000000001',
      'shardId-000000000002',
    ]);
    expect(last).not.toHaveProperty('ContinuationSequenceNumber');
    await whenActive(kinesis, stream.name);
  });

  test('refuses consumers, shards and positions that are not there', async () => {
    const { kinesis } = shared;
    const stream = await makeStream(kinesis);
    const ConsumerARN = await register(stream);
    const StartingPosition = { Type: 'LATEST' } as const;
    const ask = async (input: object) =>
      await refusal(
        kinesis.send(
          new SubscribeToShardCommand({ ConsumerARN, ShardId: FIRST_SHARD, StartingPosition, ...input }),
        ),
      );
    expect(await ask({ ShardId: 'shardId-000000000009' })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
    expect(await ask({ ConsumerARN: `${stream.arn}/consumer/none:1700000000` })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
    expect(await ask({ StartingPosition: { Type: 'AT_SEQUENCE_NUMBER' } })).toMatchObject({
      code: 'InvalidArgumentException',
    });
    expect(await ask({ DryRun: true })).toMatchObject({ code: 'DryRunOperationException' });
  });
});
