import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type Put,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { number, putAll, text } from './tables.ts';

interface Account {
  readonly id: string;
  readonly n: number;
  /** Grows with each change. */
  readonly v: number;
}

const ACCOUNTS = ['anna', 'bert', 'carl', 'dora'];
const OPENED_WITH = 50;

/**
 * Writers that read accounts, decide what shall become of them, and write it if nobody was faster: were one of them to win
 * with what another one had overwritten meanwhile, a version would be given twice, or the sum change.
 */
export class RivalTransfers {
  readonly #table: string;
  /** `<account> <version>` that somebody was told to have replaced. */
  readonly #replaced = new Set<string>();
  done = 0;
  lost = 0;
  readonly wrong: string[] = [];

  constructor(table: string) {
    this.#table = table;
  }

  async open(client: DynamoDBClient): Promise<void> {
    const items = ACCOUNTS.map((id) => ({ id: text(id), n: number(OPENED_WITH), v: number(0) }));
    await putAll(client, this.#table, ...items);
  }

  /** Moves an amount between two accounts, as they were read at one moment. */
  async transfer(client: DynamoDBClient): Promise<void> {
    const all = await this.look(client);
    const at = Math.floor(Math.random() * all.length);
    const [from, to] = [all[at], all[(at + 1) % all.length]];
    if (from === undefined || to === undefined) throw new Error('There are no accounts.');
    const amount = Math.min(from.n, 1 + Math.floor(Math.random() * 9));
    const after = [
      { ...from, n: from.n - amount },
      { ...to, n: to.n + amount },
    ];
    try {
      const TransactItems = after.map((account) => ({ Put: this.#replacing(account) }));
      await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: randomUUID() }));
      this.done += 1;
      for (const account of after) this.#note(account);
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      this.lost += 1;
      this.#checkReasons(error, after);
    }
  }

  /** A write of its own between the transactions. */
  async touch(client: DynamoDBClient): Promise<void> {
    const [account] = await this.look(client);
    if (account === undefined) throw new Error('There are no accounts.');
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { id: text(account.id) },
          UpdateExpression: 'ADD v :one',
          ConditionExpression: 'v = :seen',
          ExpressionAttributeValues: { ':one': number(1), ':seen': number(account.v) },
        }),
      );
      this.#note(account);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      this.lost += 1;
    }
  }

  async look(client: DynamoDBClient): Promise<Account[]> {
    const TransactItems = ACCOUNTS.map((id) => ({ Get: { TableName: this.#table, Key: { id: text(id) } } }));
    const { Responses = [] } = await client.send(new TransactGetItemsCommand({ TransactItems }));
    const all = Responses.map(({ Item }) => ({
      id: Item?.['id']?.S ?? '',
      n: Number(Item?.['n']?.N),
      v: Number(Item?.['v']?.N),
    }));
    const sum = all.reduce((total, { n }) => total + n, 0);
    if (sum !== ACCOUNTS.length * OPENED_WITH) this.wrong.push(`a sum of ${sum}: ${JSON.stringify(all)}`);
    return all;
  }

  /** Each version was replaced once, by someone who was told so. */
  async close(client: DynamoDBClient): Promise<void> {
    for (const { id, v } of await this.look(client)) {
      const known = [...this.#replaced].filter((name) => name.startsWith(`${id} `)).length;
      if (known !== v) this.wrong.push(`${id} has changed ${v} times, and ${known} were told so`);
    }
  }

  #replacing({ id, n, v }: Account): Put {
    return {
      TableName: this.#table,
      Item: { id: text(id), n: number(n), v: number(v + 1) },
      ConditionExpression: 'v = :seen',
      ExpressionAttributeValues: { ':seen': number(v) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
  }

  #note({ id, v }: Account): void {
    const name = `${id} ${v}`;
    if (this.#replaced.has(name)) this.wrong.push(`${name} was replaced twice`);
    this.#replaced.add(name);
  }

  /** A reason for each member: those that were overtaken say by what, the others nothing. */
  #checkReasons(
    { CancellationReasons: reasons = [], message }: TransactionCanceledException,
    wanted: Account[],
  ) {
    const codes = reasons.map(({ Code }) => Code ?? '');
    const isRight = wanted.every(({ v }, index) => {
      const { Code, Item, Message } = reasons[index] ?? {};
      if (Code === 'None') return Item === undefined && Message === undefined;
      return Code === 'ConditionalCheckFailed' && Number(Item?.['v']?.N) > v && Message !== undefined;
    });
    const hasReason = codes.includes('ConditionalCheckFailed') && message.endsWith(`[${codes.join(', ')}]`);
    if (!isRight || !hasReason) this.wrong.push(`cancelled with ${message}: ${JSON.stringify(reasons)}`);
  }
}
