/**
 * The form of `src/aws/models/<name>.constraints.json`: what the SDK schemas don't hold and botocore's models do.
 */
export interface ConstraintsJson {
  /** Every distinct constraint once. */
  readonly constraints: readonly ConstraintJson[];
  /** Structure name to member name to index into `constraints`. */
  readonly members: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Operation name to the names of the errors its model lists. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
}

export interface ConstraintJson {
  /** Bounds of a number's value, or of the length of anything else. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Whole numbers only; or a number that AWS prints as a Java double, `1.0`. */
  readonly number?: 'integer' | 'double';
  /** Of the elements of a list or the values of a map. */
  readonly element?: ConstraintJson;
  /** Of the keys of a map. */
  readonly key?: ConstraintJson;
}
