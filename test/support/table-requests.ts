import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Clause, Place, Plain, PlainItem, Test, Write } from './table-model.ts';

/** The model's trees as DynamoDB's requests: texts with placeholders. */
export class ExpressionWriter {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};

  test(test: Test): string {
    switch (test.is) {
      case 'and':
      case 'or':
        return `(${this.test(test.tests[0])}) ${test.is} (${this.test(test.tests[1])})`;
      case 'not':
        return `NOT (${this.test(test.test)})`;
      case 'exists':
        return `attribute_exists(${this.place(test.place)})`;
      case 'missing':
        return `attribute_not_exists(${this.place(test.place)})`;
      case 'begins':
        return `begins_with(${this.place(test.place)}, ${this.value(test.value)})`;
      case 'contains':
        return `contains(${this.place(test.place)}, ${this.value(test.value)})`;
      case 'in':
        return `${this.place(test.place)} IN (${test.values.map((one) => this.value(one)).join(', ')})`;
      case 'type':
        return `attribute_type(${this.place(test.place)}, ${this.value(test.type)})`;
      case 'size':
        return `size(${this.place(test.place)}) ${test.by} ${this.value(test.value)}`;
      case 'compare':
        return `${this.place(test.place)} ${test.by} ${this.value(test.value)}`;
      case 'between':
        return `${this.place(test.place)} BETWEEN ${this.value(test.low)} AND ${this.value(test.high)}`;
    }
  }

  update(clauses: readonly Clause[]): string {
    const sections = new Map<string, string[]>();
    for (const clause of clauses) {
      const [section, text] = this.#clause(clause);
      sections.set(section, [...(sections.get(section) ?? []), text]);
    }
    return [...sections].map(([section, texts]) => `${section} ${texts.join(', ')}`).join(' ');
  }

  place([name, step]: Place): string {
    const placeholder = `#${name}`;
    this.names[placeholder] = name;
    if (step === undefined) return placeholder;
    return typeof step === 'number' ? `${placeholder}[${step}]` : `${placeholder}.${step}`;
  }

  value(value: Plain): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = attributeOf(value);
    return placeholder;
  }

  /** What of it is used; the API takes no empty ones. */
  get placeholders() {
    return {
      ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
    };
  }

  #clause(clause: Clause): [string, string] {
    const place = this.place(clause.place);
    switch (clause.does) {
      case 'set':
        return ['SET', `${place} = ${this.value(clause.value)}`];
      case 'plus':
        return ['SET', `${place} = ${this.place(clause.from)} + ${this.value(clause.value)}`];
      case 'default':
        return ['SET', `${place} = if_not_exists(${place}, ${this.value(clause.value)})`];
      case 'append':
        return ['SET', `${place} = list_append(${place}, ${this.value(clause.value)})`];
      case 'remove':
        return ['REMOVE', place];
      case 'add':
        return ['ADD', `${place} ${this.value(clause.value)}`];
      case 'delete':
        return ['DELETE', `${place} ${this.value(clause.value)}`];
    }
  }
}

const OLD_OPERATORS: Readonly<Record<string, string>> = {
  '=': 'EQ',
  '<>': 'NE',
  '<': 'LT',
  '<=': 'LE',
  '>': 'GT',
  '>=': 'GE',
};

/** A condition as Expected; undefined where that could not say it. */
function expectedOf(test: Test | undefined): object | undefined {
  if (test === undefined) return {};
  if (!('place' in test) || test.place.length > 1) return undefined;
  const condition = (ComparisonOperator: string | undefined, ...values: readonly Plain[]) => ({
    Expected: {
      [test.place[0]]: {
        ComparisonOperator,
        ...(values.length > 0 && { AttributeValueList: values.map(attributeOf) }),
      },
    },
  });
  switch (test.is) {
    case 'compare':
      return condition(OLD_OPERATORS[test.by], test.value);
    case 'between':
      return condition('BETWEEN', test.low, test.high);
    case 'in':
      return test.values.every((one) => typeof one === typeof test.values[0])
        ? condition('IN', ...test.values)
        : undefined;
    case 'exists':
      return condition('NOT_NULL');
    case 'missing':
      return condition('NULL');
    case 'begins':
      return condition('BEGINS_WITH', test.value);
    case 'contains':
      return condition('CONTAINS', test.value);
    case 'size':
    case 'type':
      return undefined;
  }
}

/** Changes as AttributeUpdates; undefined where those could not say them. */
function updatesOf(clauses: readonly Clause[]): object | undefined {
  const updates = clauses.map(({ place, ...clause }) => {
    if (place.length > 1) return undefined;
    if (clause.does === 'remove') return [place[0], { Action: 'DELETE' }];
    const Action = { set: 'PUT', add: 'ADD', delete: 'DELETE' }[clause.does as string];
    return Action && [place[0], { Action, Value: attributeOf(clause.value) }];
  });
  return updates.includes(undefined)
    ? undefined
    : { AttributeUpdates: Object.fromEntries(updates as [string, object][]) };
}

/** A write as a request for it alone, or a member of a transaction. */
export function requestOf(one: Write, TableName: string): { operation: string; request: object } {
  const operation = OPERATIONS[one.kind];
  const key = one.kind === 'put' ? { Item: attributesOf(one.item) } : { Key: attributesOf(one.key) };
  const common = { TableName, ...key, ...(one.shows && { ReturnValues: one.shows }) };
  const expected = one.isOld === true ? expectedOf(one.when) : undefined;
  const updates = one.kind === 'update' ? updatesOf(one.clauses) : {};
  if (expected !== undefined && updates !== undefined) {
    return { operation, request: { ...common, ...expected, ...updates } };
  }
  const writer = new ExpressionWriter();
  const UpdateExpression = one.kind === 'update' ? writer.update(one.clauses) : undefined;
  const ConditionExpression = one.when && writer.test(one.when);
  const request = {
    ...common,
    ...(UpdateExpression && { UpdateExpression }),
    ...(ConditionExpression && { ConditionExpression }),
    ...writer.placeholders,
  };
  return { operation, request };
}

const OPERATIONS = {
  put: 'PutItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  check: 'ConditionCheck',
} as const;

export function attributeOf(value: Plain): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (value instanceof Set) return { SS: [...value] };
  if (Array.isArray(value)) return { L: (value as number[]).map((one) => attributeOf(one)) };
  return { M: attributesOf(value as PlainItem) };
}

export function attributesOf(item: PlainItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));
}

export function plainOf(value: AttributeValue): Plain {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.SS !== undefined) return new Set(value.SS);
  if (value.L !== undefined) return value.L.map((one) => plainOf(one) as number);
  return plainItemOf(value.M ?? {}) as { readonly [key: string]: number };
}

export function plainItemOf(item: Record<string, AttributeValue>): PlainItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainOf(value)]));
}
