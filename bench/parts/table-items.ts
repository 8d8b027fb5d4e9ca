/** What the benchmarks of tables write and read, alike through the API and in bare statements. */
export const KINDS = ['put', 'update', 'get', 'query'] as const;
export type TableKind = (typeof KINDS)[number];

export function isTableKind(word: string): word is TableKind {
  return KINDS.some((kind) => kind === word);
}

export const PARTITIONS = 100;
/** Items of a partition. */
export const MOST_AT = 100;
/** Items of one answer to a query. */
export const QUERIED = 10;

/** One of `PARTITIONS * MOST_AT`. */
export function keyOf(item: number) {
  return { id: { S: `partition-${Math.floor(item / MOST_AT)}` }, at: { N: String(item % MOST_AT) } };
}

/** An item of a kilobyte, as it is sent and as it is stored. */
export function itemText(item: number): string {
  return JSON.stringify({
    ...keyOf(item),
    name: { S: `item ${item}` },
    price: { N: '12.5' },
    tags: { SS: ['one', 'two'] },
    address: { M: { street: { S: 'Long Road 1' }, lines: { L: [{ S: 'x' }, { N: '3' }] } } },
    text: { S: 'x'.repeat(700) },
  });
}
