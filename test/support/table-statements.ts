import type { AttributeValue, ExecuteStatementOutput } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import {
  type Clause,
  holds,
  type Place,
  type Plain,
  type PlainItem,
  REFUSED,
  type TableModel,
  type Test,
  type Write,
} from './table-model.ts';
import { type Call, reasonsOf, refusalOf } from './table-refusals.ts';
import { attributeOf, plainItemOf } from './table-requests.ts';
import type { Step } from './table-steps.ts';

const DUPLICATE = 'DuplicateItemException: Duplicate primary key exists in table';

/** The model's trees as PartiQL; every other value is a parameter. */
class StatementWriter {
  readonly parameters: AttributeValue[] = [];
  #count = 0;

  request(Statement: string) {
    return { Statement, ...(this.parameters.length > 0 && { Parameters: this.parameters }) };
  }

  write(table: string, write: Write): string {
    if (write.kind === 'check') throw new Error('Statements do not say so.');
    if (write.kind === 'put') {
      const members = Object.entries(write.item).map(([name, value]) => `'${name}': ${this.value(value)}`);
      return `INSERT INTO "${table}" VALUE {${members.join(', ')}}`;
    }
    const change =
      write.kind === 'update'
        ? `UPDATE "${table}" ${write.clauses.map((clause) => this.#clause(clause)).join(' ')}`
        : `DELETE FROM "${table}"`;
    // In the order in which their parameters stand in the statement.
    const key = this.key(write.key);
    const when = write.when === undefined ? '' : ` AND (${this.test(write.when)})`;
    return `${change} WHERE ${key}${when}`;
  }

  key({ id, at }: PlainItem): string {
    return `id = ${this.value(id ?? '')} AND "at" = ${this.value(at ?? 0)}`;
  }

  test(test: Test): string {
    switch (test.is) {
      case 'and':
      case 'or':
        return `(${this.test(test.tests[0])}) ${test.is} (${this.test(test.tests[1])})`;
      case 'not':
        return `NOT (${this.test(test.test)})`;
      case 'exists':
        return `${placeText(test.place)} IS NOT MISSING`;
      case 'missing':
        return `${placeText(test.place)} IS MISSING`;
      case 'begins':
        return `begins_with(${placeText(test.place)}, ${this.value(test.value)}) = true`;
      case 'contains':
        return `CONTAINS(${placeText(test.place)}, ${this.value(test.value)})`;
      case 'in': {
        const values = test.values.map((value) => this.value(value));
        return `${placeText(test.place)} IN [${values.join(', ')}]`;
      }
      case 'type':
        return `attribute_type(${placeText(test.place)}, ${this.value(test.type)}) = true`;
      case 'size':
        return `size(${placeText(test.place)}) ${test.by} ${this.value(test.value)}`;
      case 'compare':
        return `${placeText(test.place)} ${test.by} ${this.value(test.value)}`;
      case 'between':
        return `${placeText(test.place)} BETWEEN ${this.value(test.low)} AND ${this.value(test.high)}`;
    }
  }

  value(value: Plain): string {
    this.#count += 1;
    if (this.#count % 2 === 0) return literal(value);
    this.parameters.push(attributeOf(value));
    return '?';
  }

  #clause(clause: Clause): string {
    const place = placeText(clause.place);
    switch (clause.does) {
      case 'set':
        return `SET ${place} = ${this.value(clause.value)}`;
      case 'plus':
        return `SET ${place} = ${placeText(clause.from)} + ${this.value(clause.value)}`;
      case 'default':
        return `SET ${place} = if_not_exists(${place}, ${this.value(clause.value)})`;
      case 'append':
        return `SET ${place} = list_append(${place}, ${this.value(clause.value)})`;
      case 'remove':
        return `REMOVE ${place}`;
      case 'add':
        return `SET ${place} = set_add(${place}, ${this.value(clause.value)})`;
      case 'delete':
        return `SET ${place} = set_delete(${place}, ${this.value(clause.value)})`;
    }
  }
}

function placeText([name, step]: Place): string {
  if (step === undefined) return name;
  return typeof step === 'number' ? `${name}[${step}]` : `"${name}".${step}`;
}

function literal(value: Plain): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number') return String(value);
  if (value instanceof Set) return `<<${[...value].map(literal).join(', ')}>>`;
  if (Array.isArray(value)) return `[${(value as number[]).map(literal).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `'${name}': ${literal(member)}`)
    .join(', ')}}`;
}

type SaidStep = Exclude<Step, { does: 'gets' | 'switch' | 'second' | 'local' }>;

/** Other steps are not for statements; nor are checks of conditions, which statements make of items that are there. */
export function isSayable(one: Step): one is SaidStep {
  if (['gets', 'switch', 'second', 'local'].includes(one.does)) return false;
  return !('writes' in one) || one.writes.every(({ kind }) => kind !== 'check');
}

/** Does a step by statements, and compares what comes of it with the model. */
export async function checkStatement(
  one: SaidStep,
  model: TableModel,
  table: string,
  call: Call,
): Promise<void> {
  const writer = new StatementWriter();
  switch (one.does) {
    case 'write': {
      const write = sayable(one.write);
      const request = writer.request(writer.write(table, write));
      expect(await refusalOf(call('ExecuteStatement', request))).toBe(modelled(write, model));
      return;
    }
    case 'transact':
    case 'batch': {
      if (one.writes.length > 0) await checkSeveral(one.does, one.writes.map(sayable), model, table, call);
      return;
    }
    case 'get': {
      const found = await pages(
        call,
        writer.request(`SELECT * FROM "${table}" WHERE ${writer.key(one.key)}`),
      );
      expect(found).toEqual([model.find(one.key)].filter((item) => item !== undefined));
      return;
    }
    case 'query':
    case 'scan':
    case 'index':
      await checkSelect(one, model, table, call);
  }
}

async function checkSelect(
  one: Extract<Step, { does: 'query' | 'scan' | 'index' }>,
  model: TableModel,
  table: string,
  call: Call,
): Promise<void> {
  const writer = new StatementWriter();
  const filter = 'filter' in one ? one.filter : undefined;
  const and = (): string => (filter === undefined ? '' : ` AND (${writer.test(filter)})`);
  if (one.does === 'query') {
    const [low, high] = one.range;
    const where = `id = ${writer.value(one.id)} AND "at" BETWEEN ${writer.value(low)} AND ${writer.value(high)}${and()}`;
    const order = `ORDER BY "at" ${one.isForward ? 'ASC' : 'DESC'}`;
    const request = {
      ...writer.request(`SELECT * FROM "${table}" WHERE ${where} ${order}`),
      Limit: one.limit,
    };
    expect(await pages(call, request)).toEqual(model.query(one.id, low, high, filter, one.isForward));
    return;
  }
  if (one.does === 'index') {
    const order = `ORDER BY n ${one.isForward ? 'ASC' : 'DESC'}`;
    const statement = `SELECT * FROM "${table}"."by-s" WHERE s IN [${writer.value(one.s)}] ${order}`;
    const found = await pages(call, { ...writer.request(statement), Limit: 2 });
    const wanted = model.items.filter((each) => each['s'] === one.s && typeof each['n'] === 'number');
    expect(new Set(found)).toEqual(new Set(wanted));
    const numbers = found.map((each) => Number(each['n']) * (one.isForward ? 1 : -1));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    return;
  }
  const where = filter === undefined ? '' : ` WHERE ${writer.test(filter)}`;
  const found = await pages(call, { ...writer.request(`SELECT * FROM "${table}"${where}`), Limit: 3 });
  const wanted = model.items.filter((each) => filter === undefined || holds(filter, each));
  expect(new Set(found)).toEqual(new Set(wanted));
}

async function checkSeveral(
  does: 'transact' | 'batch',
  writes: readonly Write[],
  model: TableModel,
  table: string,
  call: Call,
): Promise<void> {
  const statements = writes.map((write) => {
    const writer = new StatementWriter();
    return writer.request(writer.write(table, write));
  });
  if (does === 'transact') {
    const items = model.items;
    const wanted = writes.map((write) => modelled(write, model));
    const isRefused = wanted.some((reason) => reason !== undefined);
    if (isRefused) model.items = items;
    const reasons = await reasonsOf(call('ExecuteTransaction', { TransactStatements: statements }));
    expect(reasons).toEqual(isRefused ? wanted : undefined);
    return;
  }
  const { Responses } = await call<{ Responses: { Error?: { Message: string } }[] }>(
    'BatchExecuteStatement',
    { Statements: statements },
  );
  const messages = Responses.map(({ Error: error }) => error?.Message);
  expect(messages).toEqual(writes.map((write) => modelled(write, model)?.replace(/^\w+: /, '')));
}

/** What statements cannot say is left out: numbers are not added without being read, and INSERT has no condition. */
function sayable(write: Write): Write {
  if (write.kind === 'put') return { kind: 'put', item: write.item };
  if (write.kind !== 'update') return write;
  const clauses = write.clauses.map((clause): Clause => {
    if (clause.does !== 'add' || typeof clause.value !== 'number') return clause;
    return { does: 'plus', place: clause.place, from: clause.place, value: clause.value };
  });
  return { ...write, clauses };
}

/** An INSERT makes only what is not there, an UPDATE changes only what is, and a DELETE asks nothing of what is not. */
function modelled(write: Write, model: TableModel): string | undefined {
  const isThere = model.find(write.kind === 'put' ? write.item : write.key) !== undefined;
  if (write.kind === 'put') return isThere ? DUPLICATE : model.write(write);
  if (isThere) return model.write(write);
  return write.kind === 'update' ? REFUSED.condition : undefined;
}

async function pages(call: Call, request: object): Promise<PlainItem[]> {
  const items: PlainItem[] = [];
  let NextToken: string | undefined;
  do {
    const page: ExecuteStatementOutput = await call('ExecuteStatement', {
      ...request,
      ...(NextToken && { NextToken }),
    });
    items.push(...(page.Items ?? []).map((each) => plainItemOf(each)));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return items;
}
