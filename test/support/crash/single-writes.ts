import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableItem } from '../table-streams.ts';
import { number, text } from '../tables.ts';

/** Counters that every lane raises, and seats that every lane wants to be the first to take. */
export class SingleWrites {
  readonly #table: string;
  /** By lane: raised for sure, and asked to. */
  readonly #counted = new Map<number, { sure: number; asked: number }>();
  /** By seat: whose was told that it is his. */
  readonly #taken = new Map<string, string>();
  readonly doubled: string[] = [];
  #seat = 0;

  constructor(table: string) {
    this.#table = table;
  }

  get taken(): number {
    return this.#taken.size;
  }

  async count(client: DynamoDBClient, lane: number): Promise<void> {
    const counts = this.#counted.get(lane) ?? { sure: 0, asked: 0 };
    this.#counted.set(lane, counts);
    counts.asked += 1;
    await client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { id: text(`counter-${lane}`) },
        UpdateExpression: 'ADD v :one',
        ExpressionAttributeValues: { ':one': number(1) },
      }),
    );
    counts.sure += 1;
  }

  /** All who come at once want the same seat. */
  async take(client: DynamoDBClient, lane: number): Promise<void> {
    const id = `seat-${Math.floor((this.#seat += 1) / 2)}`;
    const Item = { id: text(id), by: text(String(lane)), v: number(1) };
    const ConditionExpression = 'attribute_not_exists(id)';
    try {
      await client.send(new PutItemCommand({ TableName: this.#table, Item, ConditionExpression }));
      if (this.#taken.has(id)) this.doubled.push(id);
      this.#taken.set(id, String(lane));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /** What differs from what the clients were told. */
  differences(items: ReadonlyMap<string, TableItem>): string[] {
    const wrong = this.doubled.map((id) => `${id} was given twice`);
    for (const [lane, { sure, asked }] of this.#counted) {
      const found = Number(items.get(`counter-${lane}`)?.['v']?.N ?? 0);
      if (found < sure || found > asked) wrong.push(`counter-${lane} is ${found}, not ${sure} to ${asked}`);
    }
    for (const [id, by] of this.#taken) {
      if (items.get(id)?.['by']?.S !== by) wrong.push(`${id} is not ${by}'s`);
    }
    return wrong;
  }
}
