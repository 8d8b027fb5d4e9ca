/**
 * DynamoDB as it is documented, slow and plain: items in a list, expressions as trees. Only for the keys, attributes and
 * operations that the random histories use.
 */

/** Texts, numbers, sets of texts, lists of numbers, and maps of numbers. */
export type Plain =
  | string
  | number
  | ReadonlySet<string>
  | readonly number[]
  | { readonly [key: string]: number };
export type PlainItem = Readonly<Record<string, Plain>>;

/** A place: an attribute, a member of a map, or an element of a list. */
export type Place = readonly [string] | readonly [string, string | number];

export type Test =
  | { readonly is: 'compare'; readonly place: Place; readonly by: string; readonly value: string | number }
  | { readonly is: 'between'; readonly place: Place; readonly low: number; readonly high: number }
  | { readonly is: 'exists' | 'missing'; readonly place: Place }
  | { readonly is: 'begins' | 'contains'; readonly place: Place; readonly value: string }
  | { readonly is: 'in'; readonly place: Place; readonly values: readonly (string | number)[] }
  | { readonly is: 'type'; readonly place: Place; readonly type: string }
  | { readonly is: 'size'; readonly place: Place; readonly by: string; readonly value: number }
  | { readonly is: 'and' | 'or'; readonly tests: readonly [Test, Test] }
  | { readonly is: 'not'; readonly test: Test };

export type Clause =
  | { readonly does: 'set'; readonly place: Place; readonly value: Plain }
  | { readonly does: 'plus'; readonly place: Place; readonly from: Place; readonly value: number }
  | { readonly does: 'default'; readonly place: Place; readonly value: Plain }
  | { readonly does: 'append'; readonly place: Place; readonly value: readonly number[] }
  | { readonly does: 'remove'; readonly place: Place }
  | { readonly does: 'add'; readonly place: Place; readonly value: number | ReadonlySet<string> }
  | { readonly does: 'delete'; readonly place: Place; readonly value: ReadonlySet<string> };

export type Shown = 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW';

interface Asked {
  readonly when?: Test;
  readonly shows?: Shown;
  /** Asked for in the parameters of before there were expressions, where they can say it. */
  readonly isOld?: boolean;
}

export type Write =
  | ({ readonly kind: 'put'; readonly item: PlainItem } & Asked)
  | ({ readonly kind: 'update'; readonly key: PlainItem; readonly clauses: readonly Clause[] } & Asked)
  | ({ readonly kind: 'delete' | 'check'; readonly key: PlainItem } & Asked);

export const REFUSED = {
  condition: 'ConditionalCheckFailedException: The conditional request failed',
  operand: 'ValidationException: An operand in the update expression has an incorrect data type',
  /** As `operand`, in the words of before there were expressions. */
  type: 'ValidationException: Type mismatch for attribute to update',
  missing:
    'ValidationException: The provided expression refers to an attribute that does not exist in the item',
  path: 'ValidationException: The document path provided in the update expression is invalid for update',
} as const;

export class TableModel {
  items: PlainItem[] = [];
  /** The second index is there. */
  hasSecond = false;
  /** What the last write shows. */
  shown: PlainItem | undefined;

  find(key: PlainItem): PlainItem | undefined {
    return this.items.find((item) => item['id'] === key['id'] && item['at'] === key['at']);
  }

  /** @returns why not; undefined when it was done */
  write(write: Write): string | undefined {
    const key = write.kind === 'put' ? write.item : write.key;
    const before = this.find(key);
    if (write.when !== undefined && !holds(write.when, before ?? {})) return REFUSED.condition;
    if (write.kind === 'check') return undefined;
    let after: PlainItem | undefined;
    if (write.kind === 'put') after = write.item;
    if (write.kind === 'update') {
      const result = updated(before ?? write.key, write.clauses);
      if (typeof result === 'string') return result;
      // Who only takes something from an item makes none.
      const onlyTakes = write.clauses.every(({ does }) => does === 'remove' || does === 'delete');
      after = before === undefined && onlyTakes ? undefined : result;
    }
    const problem = after && indexProblem(after);
    if (problem !== undefined) return problem;
    this.items = this.items.filter((item) => item !== before);
    if (after !== undefined) this.items.push(after);
    this.shown = shown(write, before, after);
    return undefined;
  }

  /** @returns why not, for each write; undefined when all were done */
  transact(writes: readonly Write[]): (string | undefined)[] | undefined {
    const items = this.items;
    const reasons = writes.map((write) => this.write(write));
    if (reasons.every((reason) => reason === undefined)) return undefined;
    this.items = items;
    return reasons;
  }

  /** A partition in order, of those that pass. */
  query(id: string, from: number, to: number, test: Test | undefined, isForward: boolean): PlainItem[] {
    const found = this.items.filter((item) => {
      const range = Number(item['at']);
      return item['id'] === id && range >= from && range <= to && (test === undefined || holds(test, item));
    });
    const sorted = found.toSorted((a, b) => Number(a['at']) - Number(b['at']));
    return isForward ? sorted : sorted.toReversed();
  }
}

function shown(write: Write, before?: PlainItem, after?: PlainItem): PlainItem | undefined {
  if (write.shows === 'ALL_OLD') return before;
  if (write.shows === 'ALL_NEW') return after;
  const item = write.shows === 'UPDATED_OLD' ? before : write.shows === undefined ? undefined : after;
  if (item === undefined || write.kind !== 'update') return undefined;
  const parts = projected(
    item,
    write.clauses.map(({ place }) => place),
  );
  return Object.keys(parts).length > 0 ? parts : undefined;
}

/** What stands at places, no two of one attribute. */
export function projected(item: PlainItem, places: readonly Place[]): PlainItem {
  const parts: Record<string, Plain> = {};
  for (const place of places) {
    const value = at(item, place);
    const [name, step] = place;
    if (value === undefined) continue;
    if (step === undefined) parts[name] = value;
    else parts[name] = typeof step === 'number' ? [value as number] : { [step]: value as number };
  }
  return parts;
}

/** Of the table's indexes one has the key `s`, a text, and one beside it `n`, a number. */
function indexProblem(item: PlainItem): string | undefined {
  for (const [name, type, index] of [
    ['s', 'S', 'local-s'],
    ['n', 'N', 'by-s'],
  ] as const) {
    const value = item[name];
    const actual = value === undefined ? type : typeName(value);
    if (actual === type) continue;
    const what = `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${index}`;
    return `ValidationException: One or more parameter values were invalid: ${what}`;
  }
  return undefined;
}

function typeName(value: Plain): string {
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number') return 'N';
  if (value instanceof Set) return 'SS';
  return Array.isArray(value) ? 'L' : 'M';
}

export function holds(test: Test, item: PlainItem): boolean {
  switch (test.is) {
    case 'and':
      return holds(test.tests[0], item) && holds(test.tests[1], item);
    case 'or':
      return holds(test.tests[0], item) || holds(test.tests[1], item);
    case 'not':
      return !holds(test.test, item);
    case 'exists':
      return at(item, test.place) !== undefined;
    case 'missing':
      return at(item, test.place) === undefined;
    case 'begins': {
      const value = at(item, test.place);
      return typeof value === 'string' && value.startsWith(test.value);
    }
    case 'contains': {
      const value = at(item, test.place);
      if (typeof value === 'string') return value.includes(test.value);
      return value instanceof Set && value.has(test.value);
    }
    case 'in':
      return test.values.some((value) => value === at(item, test.place));
    case 'type': {
      const value = at(item, test.place);
      return value !== undefined && typeName(value) === test.type;
    }
    case 'size':
      return compared(sizeOf(at(item, test.place)), test.by, test.value);
    case 'compare':
      return compared(at(item, test.place), test.by, test.value);
    case 'between': {
      const value = at(item, test.place);
      return typeof value === 'number' && value >= test.low && value <= test.high;
    }
  }
}

function compared(value: Plain | undefined, by: string, other: string | number): boolean {
  if (by === '=') return value === other;
  if (by === '<>') return value !== other;
  if (typeof value !== typeof other) return false;
  const [one, two] = [value as number, other as number];
  return by === '<' ? one < two : by === '<=' ? one <= two : by === '>' ? one > two : one >= two;
}

function sizeOf(value: Plain | undefined): number | undefined {
  if (typeof value === 'string') return value.length;
  if (value instanceof Set) return value.size;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' ? Object.keys(value).length : undefined;
}

function at(item: PlainItem, [name, step]: Place): Plain | undefined {
  const value = item[name];
  if (step === undefined) return value;
  if (typeof step === 'number') return Array.isArray(value) ? (value as number[])[step] : undefined;
  return isMap(value) ? value[step] : undefined;
}

function isMap(value: Plain | undefined): value is { readonly [key: string]: number } {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Set);
}

/** All values are computed from the item as it was; elements of lists go last, the hindmost first. */
function updated(before: PlainItem, given: readonly Clause[]): PlainItem | string {
  // What is wrong with several clauses is told of the first: assignments, then additions, then deletions.
  const clauses = given.toSorted((a, b) => order(a) - order(b));
  const results = clauses.map((clause) => ({ clause, value: valueOf(before, clause) }));
  const bad = results.find(({ value }) => typeof value === 'string' && value.includes('Exception: '));
  if (typeof bad?.value === 'string') return bad.value;
  let after: PlainItem | string = before;
  for (const { clause, value } of results) {
    if (clause.does === 'remove' || typeof after === 'string') continue;
    if (value === undefined) after = clause.does === 'delete' ? removed(after, clause.place) : after;
    else after = placed(after, clause.place, value);
  }
  const removals = clauses.filter(({ does }) => does === 'remove').map(({ place }) => place);
  for (const place of removals.toSorted((a, b) => Number(b[1]) - Number(a[1]) || 0)) {
    if (typeof after !== 'string') after = removed(after, place);
  }
  return after;
}

function order({ does }: Clause): number {
  return ['remove', 'add', 'delete'].indexOf(does) + 1;
}

function valueOf(item: PlainItem, clause: Clause): Plain | undefined {
  const old = at(item, clause.place);
  switch (clause.does) {
    case 'set':
      return clause.value;
    case 'default':
      return old ?? clause.value;
    case 'plus': {
      const from = at(item, clause.from);
      if (from === undefined) return REFUSED.missing;
      return typeof from === 'number' ? from + clause.value : REFUSED.operand;
    }
    case 'append':
      if (old === undefined) return REFUSED.missing;
      return Array.isArray(old) ? [...(old as number[]), ...clause.value] : REFUSED.operand;
    case 'remove':
      return undefined;
    case 'add':
      if (old === undefined) return clause.value;
      if (typeof old === 'number' && typeof clause.value === 'number') return old + clause.value;
      if (old instanceof Set && clause.value instanceof Set)
        return new Set([...(old as ReadonlySet<string>), ...clause.value]);
      return REFUSED.operand;
    case 'delete': {
      if (old === undefined) return undefined;
      if (!(old instanceof Set)) return REFUSED.operand;
      const left = new Set([...(old as ReadonlySet<string>)].filter((one) => !clause.value.has(one)));
      return left.size > 0 ? left : undefined;
    }
  }
}

function placed(item: PlainItem, [name, step]: Place, value: Plain): PlainItem | string {
  if (step === undefined) return { ...item, [name]: value };
  const inside = item[name];
  if (typeof step === 'string' && isMap(inside))
    return { ...item, [name]: { ...inside, [step]: value as number } };
  if (typeof step === 'number' && Array.isArray(inside)) {
    const list = inside as number[];
    const after = step < list.length ? list.with(step, value as number) : [...list, value as number];
    return { ...item, [name]: after };
  }
  return REFUSED.path;
}

function removed(item: PlainItem, [name, step]: Place): PlainItem | string {
  if (step === undefined) return Object.fromEntries(Object.entries(item).filter(([key]) => key !== name));
  const inside = item[name];
  if (typeof step === 'string' && isMap(inside)) {
    return { ...item, [name]: Object.fromEntries(Object.entries(inside).filter(([key]) => key !== step)) };
  }
  if (typeof step === 'number' && Array.isArray(inside)) {
    return { ...item, [name]: (inside as number[]).filter((_, index) => index !== step) };
  }
  return REFUSED.path;
}
