import { randomUUID } from 'node:crypto';
import {
  type DynamoDBClient,
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { makeTable, KEY_OF_ONE, number, putAll, text } from '../tables.ts';
import type { TableItem } from '../table-streams.ts';

interface Transfer {
  readonly token: string;
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

const ACCOUNTS = ['anna', 'bert', 'carl', 'dora', 'emil'];
const OPENED_WITH = 40;
const MOST_AT_ONCE = 30;
/** Says how many transfers there were, in the other table. */
const TALLY = 'tally';

/**
 * Moves money between accounts of one table and keeps books in another. Each lane asks again, under the same token, for what a
 * crash has left unanswered. `v` counts the changes of an item, so that none ever comes back to what it was.
 */
export class Bank {
  readonly accounts: string;
  readonly ledger: string;
  readonly #balances = new Map(ACCOUNTS.map((id) => [id, OPENED_WITH]));
  readonly #done = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #unanswered = new Map<number, Transfer>();
  /** What readers have seen that cannot be. */
  readonly torn: string[] = [];
  looks = 0;
  /** Of transfers that a crash left unanswered. */
  repeated = 0;

  private constructor(accounts: string, ledger: string) {
    this.accounts = accounts;
    this.ledger = ledger;
  }

  /** Its tables, with nothing in them. */
  static async found(client: DynamoDBClient): Promise<Bank> {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const };
    const streamed = { ...KEY_OF_ONE, StreamSpecification };
    return new Bank(await makeTable(client, streamed), await makeTable(client, streamed));
  }

  async open(client: DynamoDBClient): Promise<void> {
    const opened = ACCOUNTS.map((id) => ({ id: text(id), n: number(OPENED_WITH), v: number(0) }));
    await putAll(client, this.accounts, ...opened);
    await putAll(client, this.ledger, { id: text(TALLY), v: number(0) });
  }

  get answered(): number {
    return this.#done.size + this.#refused.size;
  }

  /** One transfer, or the one that this lane had no answer to. */
  async transfer(client: DynamoDBClient, lane: number): Promise<void> {
    const known = this.#unanswered.get(lane);
    if (known !== undefined) this.repeated += 1;
    const transfer = known ?? randomTransfer();
    this.#unanswered.set(lane, transfer);
    const TransactItems = this.#writes(transfer);
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: transfer.token }));
      this.#done.add(transfer.token);
      this.#book(transfer);
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = error.CancellationReasons?.map(({ Code }) => Code).join(' ');
      if (codes !== 'ConditionalCheckFailed None None None') this.torn.push(`cancelled: ${codes}`);
      this.#refused.add(transfer.token);
    }
    this.#unanswered.delete(lane);
  }

  /** Answers every lane's question that is still open. */
  async settle(client: DynamoDBClient): Promise<void> {
    for (const lane of this.#unanswered.keys()) await this.transfer(client, lane);
  }

  /** All accounts and the tally at one moment. */
  async look(client: DynamoDBClient): Promise<void> {
    const keys = [...ACCOUNTS.map((id) => [this.accounts, id]), [this.ledger, TALLY]];
    const TransactItems = keys.map(([TableName, id = '']) => ({ Get: { TableName, Key: { id: text(id) } } }));
    const { Responses = [] } = await client.send(new TransactGetItemsCommand({ TransactItems }));
    const tally = valueOf(Responses.at(-1)?.Item, 'v');
    const accounts = Responses.slice(0, -1).map(({ Item }) => Item);
    const sum = accounts.reduce((total, item) => total + valueOf(item, 'n'), 0);
    const changes = accounts.reduce((total, item) => total + valueOf(item, 'v'), 0);
    const isNegative = accounts.some((item) => valueOf(item, 'n') < 0);
    this.looks += 1;
    if (sum !== ACCOUNTS.length * OPENED_WITH || changes !== 2 * tally || isNegative)
      this.torn.push(`sum ${sum}, ${changes} changes of accounts by ${tally} transfers`);
  }

  /** What differs from what the clients were told. Once everything is settled. */
  differences(accounts: ReadonlyMap<string, TableItem>, ledger: ReadonlyMap<string, TableItem>): string[] {
    const wrong: string[] = [];
    for (const [id, balance] of this.#balances) {
      const found = valueOf(accounts.get(id), 'n');
      if (found !== balance) wrong.push(`${id} has ${found}, not ${balance}`);
    }
    for (const token of this.#done) {
      if (valueOf(ledger.get(token), 'v') !== 1) wrong.push(`${token} was done, but not once`);
    }
    for (const token of this.#refused) if (ledger.has(token)) wrong.push(`${token} was refused and done`);
    const tally = valueOf(ledger.get(TALLY), 'v');
    if (tally !== this.#done.size) wrong.push(`${tally} transfers, not ${this.#done.size}`);
    return wrong;
  }

  #book({ from, to, amount }: Transfer): void {
    this.#balances.set(from, (this.#balances.get(from) ?? 0) - amount);
    this.#balances.set(to, (this.#balances.get(to) ?? 0) + amount);
  }

  #writes({ token, from, to, amount }: Transfer): TransactWriteItem[] {
    const add = (TableName: string, id: string, by = 0, ConditionExpression?: string): TransactWriteItem => ({
      Update: {
        TableName,
        Key: { id: text(id) },
        UpdateExpression: by === 0 ? 'ADD v :one' : 'ADD n :by, v :one',
        ExpressionAttributeValues: {
          ':one': number(1),
          ...(by !== 0 && { ':by': number(by) }),
          ...(ConditionExpression !== undefined && { ':needed': number(-by) }),
        },
        ...(ConditionExpression !== undefined && { ConditionExpression }),
      },
    });
    return [
      add(this.accounts, from, -amount, 'n >= :needed'),
      add(this.accounts, to, amount),
      add(this.ledger, TALLY),
      add(this.ledger, token),
    ];
  }
}

function randomTransfer(): Transfer {
  const at = Math.floor(Math.random() * ACCOUNTS.length);
  const distance = 1 + Math.floor(Math.random() * (ACCOUNTS.length - 1));
  return {
    token: randomUUID(),
    from: ACCOUNTS[at] ?? '',
    to: ACCOUNTS[(at + distance) % ACCOUNTS.length] ?? '',
    amount: 1 + Math.floor(Math.random() * MOST_AT_ONCE),
  };
}

function valueOf(item: TableItem | undefined, name: string): number {
  return Number(item?.[name]?.N ?? Number.NaN);
}
