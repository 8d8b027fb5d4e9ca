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
  // Not in the model's order: as recorded messages list them.
  RecursiveLoop: { enum: ['Terminate', 'Allow'] },
};

const POLICY_RESOURCE_ARN: ConstraintJson = {
  min: 0,
  max: 256,
  pattern: String.raw`arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:function:[a-zA-Z0-9-_]+(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_])+)?`,
};
const POLICY_REVISION: ConstraintJson = {
  min: 36,
  max: 36,
  pattern: '[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}',
};

/**
 * Members that are in the SDK and the API reference before they are in the published model.
 * Structure to member to constraint.
 */
const notInModel: Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, ConstraintJson>>>>>
> = {
  lambda: {
    PutResourcePolicyRequest: {
      ResourceArn: POLICY_RESOURCE_ARN,
      Policy: { min: 1, max: 20480, pattern: String.raw`[\s\S]+` },
      RevisionId: POLICY_REVISION,
    },
    GetResourcePolicyRequest: { ResourceArn: POLICY_RESOURCE_ARN },
    DeleteResourcePolicyRequest: { ResourceArn: POLICY_RESOURCE_ARN, RevisionId: POLICY_REVISION },
  },
};

/** What the published model does not know about one structure yet. */
export function missingConstraints(
  service: string,
  structure: string,
): Readonly<Record<string, ConstraintJson>> {
  return notInModel[service]?.[structure] ?? {};
}

/** Replaces what the published model gets wrong about one shape. */
export function correctConstraint(
  service: string,
  shape: string,
  constraint: ConstraintJson | undefined,
): ConstraintJson | undefined {
  const correction = service === 'lambda' ? lambda[shape] : undefined;
  return correction === undefined ? constraint : { ...constraint, ...correction };
}
