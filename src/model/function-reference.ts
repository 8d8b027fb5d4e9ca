import { accessDenied, invalidParameterValue, resourceNotFound, validationError } from './lambda-errors.ts';

/** A function as a caller named it, taken apart. */
export interface FunctionReference {
  readonly accountId: string;
  readonly region: string;
  /** Bare function name. */
  readonly name: string;
  /** `$LATEST`, a version number or an alias; undefined when none was given. */
  readonly qualifier: string | undefined;
}

export interface Caller {
  readonly accountId: string;
  readonly region: string;
}

const BARE_NAME = /^[a-zA-Z0-9-_.]+$/;

/** The pattern AWS prints when a name does not match it. */
const PRINTED_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?' +
  '(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';

const REFERENCE = new RegExp(
  '^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\\d:)?' +
    '(?<account>\\d{12}:)?(?:function:)?(?<name>[a-zA-Z0-9-_.]+)' +
    '(?::(?<qualifier>\\$LATEST(?:\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$',
);

/**
 * Reads a `FunctionName` parameter: a name, `name:qualifier`, a partial ARN (`[account:]function:name`) or a full ARN,
 * together with the separate qualifier parameter, for operations on the caller's own functions. Every invoke passes
 * here, so a bare name costs one test.
 *
 * Throws what `parseAnyReference` throws, and AccessDeniedException for another account's function.
 */
export function parseFunctionReference(
  functionName: string,
  qualifier: string | undefined,
  caller: Caller,
): FunctionReference {
  const reference = parseAnyReference(functionName, qualifier, caller);
  if (reference.accountId !== caller.accountId) throw foreignResource(functionName, caller);
  return reference;
}

/**
 * As `parseFunctionReference`, whatever account the function is of: the caller must see to access.
 *
 * Throws ValidationException (malformed), InvalidParameterValueException (two different qualifiers) and
 * ResourceNotFoundException (another Region).
 */
export function parseAnyReference(
  functionName: string,
  qualifier: string | undefined,
  caller: Caller,
): FunctionReference {
  if (BARE_NAME.test(functionName)) {
    return { accountId: caller.accountId, region: caller.region, name: functionName, qualifier };
  }
  const groups = REFERENCE.exec(functionName)?.groups;
  const name = groups?.['name'];
  if (groups === undefined || name === undefined) throw malformed(functionName);
  const named = groups['qualifier'];
  if (named !== undefined && qualifier !== undefined && named !== qualifier) {
    throw invalidParameterValue(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  const region = groups['region']?.slice(0, -1) ?? caller.region;
  if (region !== caller.region) {
    throw resourceNotFound(
      `Functions from '${region}' are not reachable in this region ('${caller.region}')`,
    );
  }
  const accountId = groups['account']?.slice(0, -1) ?? caller.accountId;
  return { accountId, region, name, qualifier: qualifier ?? named };
}

function malformed(functionName: string): Error {
  return validationError(
    `1 validation error detected: Value '${functionName}' at 'functionName' failed to satisfy constraint: ` +
      `Member must satisfy regular expression pattern: ${PRINTED_PATTERN}`,
  );
}

/** 403: another account's, which nothing lets this caller use. */
export function foreignResource(named: string, caller: Caller): Error {
  return accessDenied(
    `User: arn:aws:iam::${caller.accountId}:root is not authorized to perform this action on resource: ` +
      `${named} because no resource-based policy allows it`,
  );
}
