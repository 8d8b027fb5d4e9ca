const TABLE = 'large';
const PARTITIONS = 8;
const SEGMENTS = 4;
/** Of an item: near the most there can be. */
const ITEM_BYTES = 390_000;
const ITEMS_OF_BATCH = 25;
const WRITERS = 2;

interface Page {
  readonly Count?: number;
  readonly LastEvaluatedKey?: object;
}

/** A table of large items through the API, without an SDK: its bodies are large. */
export class LargeTable {
  readonly #endpoint: string;
  readonly #text = 'x'.repeat(ITEM_BYTES);
  #items = 0;
  #streamArn = '';

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async create(): Promise<void> {
    const answer = await this.#ask<{ TableDescription: { LatestStreamArn: string } }>('CreateTable', {
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    this.#streamArn = answer.TableDescription.LatestStreamArn;
  }

  /** Up to so much. @returns bytes that were written */
  async fill(gigabytes: number): Promise<number> {
    const before = this.#items;
    const wanted = Math.ceil((gigabytes * 1e9) / ITEM_BYTES);
    const write = async (): Promise<void> => {
      while (this.#items < wanted) {
        const first = this.#items;
        this.#items += ITEMS_OF_BATCH;
        const items = Array.from({ length: ITEMS_OF_BATCH }, (_, index) => this.#item(first + index));
        await this.#ask('BatchWriteItem', { RequestItems: { [TABLE]: items } });
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    return (this.#items - before) * ITEM_BYTES;
  }

  /** In segments, all at once. @returns bytes that were read */
  async scan(): Promise<number> {
    const counts = await Promise.all(
      Array.from({ length: SEGMENTS }, async (_, Segment) => {
        return await this.#readAll('Scan', { Segment, TotalSegments: SEGMENTS });
      }),
    );
    return this.#checked(counts.reduce((total, count) => total + count, 0));
  }

  /** One partition after the other. @returns bytes that were read */
  async query(): Promise<number> {
    let count = 0;
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      count += await this.#readAll('Query', {
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: `partition-${partition}` } },
      });
    }
    return this.#checked(count);
  }

  /** From its oldest record. @returns bytes that were read */
  async stream(): Promise<number> {
    const StreamArn = this.#streamArn;
    const { StreamDescription } = await this.#ask<{
      StreamDescription: { Shards: { ShardId: string }[] };
    }>('DescribeStream', { StreamArn });
    const ShardId = StreamDescription.Shards[0]?.ShardId;
    let { ShardIterator } = await this.#ask<{ ShardIterator: string }>('GetShardIterator', {
      StreamArn,
      ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    });
    for (let count = 0; ; ) {
      const page = await this.#ask<{ Records: object[]; NextShardIterator: string }>('GetRecords', {
        ShardIterator,
      });
      if (page.Records.length === 0) return this.#checked(count);
      count += page.Records.length;
      ShardIterator = page.NextShardIterator;
    }
  }

  #item(number: number) {
    const id = { S: `partition-${number % PARTITIONS}` };
    return { PutRequest: { Item: { id, at: { N: String(number) }, text: { S: this.#text } } } };
  }

  async #readAll(operation: 'Query' | 'Scan', input: object): Promise<number> {
    let count = 0;
    let ExclusiveStartKey: object | undefined;
    do {
      const page = await this.#ask<Page>(operation, { TableName: TABLE, ...input, ExclusiveStartKey });
      count += page.Count ?? 0;
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return count;
  }

  #checked(count: number): number {
    if (count !== this.#items) throw new Error(`${count} of ${this.#items} items were read`);
    return count * ITEM_BYTES;
  }

  async #ask<T>(operation: string, input: object): Promise<T> {
    const isStreams = /Stream|Shard|Records/.test(operation);
    const target = isStreams ? 'DynamoDBStreams_20120810' : 'DynamoDB_20120810';
    const credential = 'Credential=test/20261121/us-east-1/dynamodb/aws4_request';
    const response = await fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${target}.${operation}`,
        'x-amz-date': '20261121T020000Z',
        authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'cd'.repeat(32)}`,
      },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(`${operation}: ${(await response.text()).slice(0, 500)}`);
    return (await response.json()) as T;
  }
}
