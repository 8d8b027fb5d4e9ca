import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Clause, Place, Plain, PlainItem, Test } from './table-model.ts';

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
