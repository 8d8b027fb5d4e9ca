import type { ConstraintJson } from '../../src/aws/schema/constraint-json.ts';

/**
 * What Lambda's servers are known to enforce where the published model says something else. The two name patterns
 * are those AWS quotes in its messages: they know the sovereign partition's prefix, and lengths are those of an ARN.
 */
const lambda: Readonly<Record<string, Partial<ConstraintJson>>> = {
  FunctionName: {
    max: 140,
    pattern: String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`,
  },
  NamespacedFunctionName: {
    max: 256,
    pattern: String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
  },
  // The model has no upper bound; the default limit is a validation error like any other.
  Timeout: { max: 900 },
};

/** Replaces what the published model gets wrong about one shape. */
export function correctConstraint(
  service: string,
  shape: string,
  constraint: ConstraintJson | undefined,
): ConstraintJson | undefined {
  const correction = service === 'lambda' ? lambda[shape] : undefined;
  return correction === undefined ? constraint : { ...constraint, ...correction };
}
