import { validation } from '../dynamodb-errors.ts';
import type { WrittenCondition } from '../expressions/condition-grammar.ts';
import type { KeyCondition } from '../reads/key-conditions.ts';
import type { KeySchema } from '../tables/table-definition.ts';
import { keyChoices, keyTest } from './key-tests.ts';
import type { StatementValues } from './statement-values.ts';

/** One way in which a WHERE clause can hold: all tests of the key, and all other conditions. */
export interface KeyBranch {
  readonly tests: readonly KeyCondition[];
  readonly others: readonly WrittenCondition[];
}

const MOST_BRANCHES = 50;

/**
 * The ways in which a condition can hold, each of them within one partition; undefined where it can hold elsewhere.
 * Throws ValidationException for more of them than DynamoDB reads for one statement.
 */
export function keyBranches(
  where: WrittenCondition,
  schema: KeySchema,
  values: StatementValues,
): readonly KeyBranch[] | undefined {
  const splitter = new Splitter(schema, values);
  if (!splitter.pinsPartition(where)) return undefined;
  if (splitter.count(where) > MOST_BRANCHES) {
    throw validation('Too many decomposed read operations for a given query.');
  }
  return splitter.branches(where);
}

class Splitter {
  readonly #schema: KeySchema;
  readonly #values: StatementValues;

  constructor(schema: KeySchema, values: StatementValues) {
    this.#schema = schema;
    this.#values = values;
  }

  /** Whether it holds in partitions only that it names. */
  pinsPartition(condition: WrittenCondition): boolean {
    if (condition.type === 'and') {
      return this.pinsPartition(condition.left) || this.pinsPartition(condition.right);
    }
    if (condition.type === 'or') {
      return this.pinsPartition(condition.left) && this.pinsPartition(condition.right);
    }
    return this.#tests(condition).some(
      ({ attribute, operator }) => attribute === this.#schema.hash && operator === '=',
    );
  }

  count(condition: WrittenCondition): number {
    if (!this.#isSplit(condition)) return Math.max(1, this.#tests(condition).length);
    const [left, right] = [this.count(condition.left), this.count(condition.right)];
    return condition.type === 'and' ? left * right : left + right;
  }

  branches(condition: WrittenCondition): readonly KeyBranch[] {
    if (!this.#isSplit(condition)) {
      const tests = this.#tests(condition);
      if (tests.length === 0) return [{ tests, others: [condition] }];
      return tests.map((test) => ({ tests: [test], others: [] }));
    }
    const [left, right] = [this.branches(condition.left), this.branches(condition.right)];
    if (condition.type === 'or') return [...left, ...right];
    return left.flatMap((one) =>
      right.map((other) => ({
        tests: [...one.tests, ...other.tests],
        others: [...one.others, ...other.others],
      })),
    );
  }

  /** An OR without the key in it is one condition among others. */
  #isSplit(condition: WrittenCondition): condition is Extract<WrittenCondition, { left: WrittenCondition }> {
    return condition.type === 'and' || (condition.type === 'or' && this.#asksForKey(condition));
  }

  #asksForKey(condition: WrittenCondition): boolean {
    if (condition.type !== 'and' && condition.type !== 'or') return this.#tests(condition).length > 0;
    return this.#asksForKey(condition.left) || this.#asksForKey(condition.right);
  }

  /** Several: one of them holds. */
  #tests(condition: WrittenCondition): readonly KeyCondition[] {
    const choices = keyChoices(condition, this.#schema, this.#values);
    if (choices !== undefined) return choices;
    const test = keyTest(condition, this.#schema, this.#values);
    return test === undefined ? [] : [test];
  }
}
