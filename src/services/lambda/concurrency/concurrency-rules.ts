import {
  type Caller,
  type FunctionReference,
  parseFunctionReference,
} from '../../../model/function-reference.ts';
import { invalidParameterValue, resourceNotFound } from '../../../model/lambda-errors.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { type QualifiedKey, qualifiedArn } from '../functions/qualifier-rows.ts';
import { functionsOnly } from '../functions/update-rules.ts';

export const UNPUBLISHED =
  'Provisioned Concurrency Configs cannot be applied to unpublished function versions.';

const NUMBER = /^\d+$/;

/** Reads a function's name for an operation that versions and aliases do not have. */
export function unqualifiedReference(functionName: string | undefined, caller: Caller): FunctionReference {
  const reference = parseFunctionReference(functionName ?? '', undefined, caller);
  if (reference.qualifier === undefined) return reference;
  throw functionsOnly();
}

/** Reads what a provisioned concurrency operation is about. Throws `latestText` for `$LATEST`. */
export function provisionedReference(
  input: { readonly FunctionName?: string | undefined; readonly Qualifier?: string | undefined },
  caller: Caller,
  latestText = 'The function resource provided must be an alias or a published version.',
): QualifiedKey {
  const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, caller);
  const { accountId, region, name, qualifier = '$LATEST' } = reference;
  if (qualifier === '$LATEST') throw invalidParameterValue(latestText);
  return { accountId, region, name, qualifier };
}

export function isVersionNumber(qualifier: string): boolean {
  return NUMBER.test(qualifier);
}

export function qualifierNotFound(key: QualifiedKey): Error {
  const what = isVersionNumber(key.qualifier) ? 'Function not found' : 'Cannot find alias arn';
  return resourceNotFound(`${what}: ${qualifiedArn(key)}`);
}

/** 400 as AWS gives it when the account's or the function's concurrency does not suffice: without `Type`. */
export function overLimit(message: string): Error {
  return new ServiceError('InvalidParameterValueException', message, 400);
}
