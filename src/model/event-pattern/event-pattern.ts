/** Longest text of a pattern, characters. It also bounds how deep a pattern can nest. */
export const PATTERN_LIMIT = 4096;

/** Which comparisons a service's patterns have. */
export interface PatternDialect {
  /** Characters a pattern may have. */
  readonly limit: number;
  /** `wildcard`, `cidr`, and `prefix` and `suffix` that ignore case. */
  readonly isFull: boolean;
}

/** Lambda's event source mappings. */
export const FILTER_DIALECT: PatternDialect = { limit: PATTERN_LIMIT, isFull: false };
/** EventBridge's rules, and what follows them. */
export const RULE_DIALECT: PatternDialect = { limit: PATTERN_LIMIT, isFull: true };

/** A pattern that was read and found good. Every field must match; fields the pattern doesn't name are free. */
export interface EventPattern {
  readonly fields: readonly FieldPattern[];
  /** Each `$or`: at least one pattern of every list must match as well. */
  readonly alternatives: readonly (readonly EventPattern[])[];
}

/** What one member must hold: members of its own, or one of the values. */
export type FieldPattern =
  | { readonly name: string; readonly inner: EventPattern }
  | { readonly name: string; readonly anyOf: readonly Comparison[] };

export type Comparison =
  | ValueComparison
  | { readonly kind: 'anything-but'; readonly none: readonly ValueComparison[] };

export type ValueComparison =
  | { readonly kind: TextKind; readonly value: string }
  /** What stands between the asterisks, in order. */
  | { readonly kind: 'wildcard'; readonly parts: readonly string[] }
  | { readonly kind: 'cidr'; readonly network: string; readonly bits: number }
  /** A number by its text: 300 is not 300.0. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: boolean | null }
  /** A number by its value, within all bounds. */
  | { readonly kind: 'numeric'; readonly bounds: readonly NumericBound[] }
  /** Whether there is a value: string, number, boolean or null. An object is none. */
  | { readonly kind: 'exists'; readonly value: boolean };

export type TextKind =
  | 'string'
  | 'prefix'
  | 'suffix'
  | 'equals-ignore-case'
  | 'prefix-ignore-case'
  | 'suffix-ignore-case';

export interface NumericBound {
  readonly operator: '=' | '<' | '<=' | '>' | '>=';
  readonly value: number;
}

/** Why a text is not a pattern. Thrown inside the parser only. */
export class PatternProblem extends Error {}
